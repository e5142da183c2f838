// Which panel types are drawn, and by whom. A new type is a module beside this one and an entry.
import { drawAlertList } from "./alert_list.js";
import { drawBarChart, drawHistogram } from "./bar_chart.js";
import { drawBarGauge } from "./bar_gauge.js";
import { drawDashboardList } from "./dashboard_list.js";
import { drawGauge } from "./gauge.js";
import { Heatmap } from "./heatmap.js";
import { LogsPanel } from "./logs.js";
import { drawPieChart } from "./pie_chart.js";
import { drawStat } from "./stat.js";
import { drawStates } from "./states.js";
import { drawTablePanel } from "./table.js";
import { drawText } from "./text.js";
import { TimeSeries } from "./timeseries.js";

/** @typedef {import("../types").PanelData} PanelData */
/** @typedef {import("../types").Annotation} Annotation */
/**
 * @typedef {object} Chart a drawing that stays from one answer to the next
 * @property {(panel: any, annotations: Annotation[]) => void} show
 * @property {() => void} destroy
 * @property {((time: number, annotations: Annotation[]) => { text: string, href: string }[]) | null}
 *   [links] of a moment
 * @property {number | null} [moment] where its crosshair is, in seconds since 1970
 */
/**
 * @typedef {object} PanelType
 * @property {(new (host: HTMLElement, onZoom: (from: number, to: number) => void) => Chart)} [chart]
 * @property {(host: HTMLElement, panel: any) => void} [draw] draws anew for each answer
 * @property {boolean} hasTable whether its data can be shown as a table
 * @property {boolean} hasQuery whether its query can be explored
 */

/** @type {Record<string, PanelType>} */
export const PANEL_TYPES = {
  timeseries: { chart: TimeSeries, hasTable: true, hasQuery: true },
  heatmap: { chart: Heatmap, hasTable: true, hasQuery: true },
  stat: { draw: drawStat, hasTable: true, hasQuery: true },
  gauge: { draw: drawGauge, hasTable: true, hasQuery: true },
  bargauge: { draw: drawBarGauge, hasTable: true, hasQuery: true },
  piechart: { draw: drawPieChart, hasTable: true, hasQuery: true },
  barchart: { draw: drawBarChart, hasTable: false, hasQuery: true },
  histogram: { draw: drawHistogram, hasTable: false, hasQuery: true },
  "state-timeline": { draw: drawStates, hasTable: false, hasQuery: true },
  "status-history": { draw: drawStates, hasTable: false, hasQuery: true },
  dashlist: { draw: drawDashboardList, hasTable: false, hasQuery: false },
  table: { draw: drawTablePanel, hasTable: false, hasQuery: true },
  alertlist: { draw: drawAlertList, hasTable: false, hasQuery: false },
  logs: { chart: LogsPanel, hasTable: false, hasQuery: true },
  text: { draw: drawText, hasTable: false, hasQuery: false },
};

// What a type that is not drawn is treated as: its panel has a notice.
export const UNKNOWN_TYPE = { hasTable: true, hasQuery: true };
