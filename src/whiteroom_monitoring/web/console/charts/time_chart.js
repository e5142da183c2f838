// What every chart over time has: axes, a crosshair that all charts share, zoom by dragging.
import { h } from "../../shared/dom.js";
import { timeLabels } from "../../shared/time_format.js";
import { canvasColor } from "../colors.js";
import { Tooltip } from "./tooltip.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {import("../types").Annotation} Annotation */
/** @typedef {import("../types").TimeSeriesData} TimeSeriesData */

const SYNC_KEY = "dashboard";
const FONT = "11px system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";
const LEAST_ZOOM_PX = 6;
const LEAST_SIZE = { width: 40, height: 30 };

/**
 * Returns the width of an axis: that of its longest label. (How uPlot's own examples measure it.)
 * @param {uPlot} plot
 * @param {string[] | null} labels
 * @param {number} index
 * @param {number} cycle
 */
function axisWidth(plot, labels, index, cycle) {
  const axis = plot.axes[index];
  if (cycle > 1) return axis._size;
  plot.ctx.font = axis.font[0];
  const widths = (labels ?? []).map((text) => plot.ctx.measureText(text).width / devicePixelRatio);
  return Math.ceil(axis.ticks.size + axis.gap + Math.max(12, ...widths));
}

/** @param {object} more */
function axis(more) {
  return {
    font: FONT,
    stroke: () => canvasColor("--muted"),
    grid: { stroke: () => canvasColor("--grid"), width: 1 },
    ticks: { show: false, size: 4 },
    gap: 4,
    ...more,
  };
}

export function timeAxis() {
  return axis({
    size: 24,
    space: 64,
    grid: { show: false },
    values: (
      /** @type {uPlot} */ _plot,
      /** @type {number[]} */ times,
      /** @type {number} */ _index,
      /** @type {number} */ _space,
      /** @type {number} */ distance,
    ) => timeLabels(times, distance),
  });
}

/**
 * @param {(marks: number[]) => string[]} labels
 * @param {Record<string, unknown>} [more]
 */
export function valueAxis(labels, more = {}) {
  const options = Object.entries(more).filter(([, value]) => value !== undefined);
  return axis({
    size: axisWidth,
    space: 28,
    values: (/** @type {uPlot} */ _plot, /** @type {number[]} */ marks) => labels(marks),
    ...Object.fromEntries(options),
  });
}

/**
 * Returns the times of a time series.
 * @param {import("../types").Times} times
 */
export function timestamps({ start, step, count }) {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) times[index] = start + step * index;
  return times;
}

// A chart over time. It is built when the browser says how much room it has: to ask for that would
// lay out the page anew, once for each chart.
export class TimeChart {
  /**
   * @param {HTMLElement} host
   * @param {(from: number, to: number) => void} onZoom
   * @param {HTMLElement} footer
   */
  constructor(host, onZoom, footer) {
    this.onZoom = onZoom;
    /** @type {uPlot | null} */
    this.plot = null;
    /** @type {{ width: number, height: number } | null} */
    this.size = null;
    /** @type {{ from: number, to: number } | null} */
    this.range = null;
    /** @type {TimeSeriesData | null} */
    this.panel = null;
    /** @type {Series[]} */
    this.series = [];
    /** @type {Annotation[]} */
    this.annotations = [];
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {number | null} */
    this.focused = null;
    /** @type {Annotation[]} single events, which are drawn otherwise */
    this.events = [];
    /** @type {((time: number, annotations: Annotation[]) => import("./tooltip.js").Link[]) | null} */
    this.links = null;
    this.area = h("div", { class: "plot", tabindex: 0, role: "img" });
    host.replaceChildren(this.area, footer);
    this.tooltip = new Tooltip(this.area, this);
    this.resizes = new ResizeObserver(([{ contentRect }]) => this.resize(contentRect));
    this.resizes.observe(this.area);
    this.redraw = () => this.plot?.redraw(false);
    addEventListener("themechange", this.redraw);
  }

  /**
   * Returns what uPlot draws. For subclasses.
   * @abstract
   * @returns {uPlot.Data}
   */
  data() {
    throw new Error("a chart has data");
  }

  /**
   * Returns how uPlot draws it. For subclasses.
   * @abstract
   * @returns {uPlot.Options}
   */
  options() {
    throw new Error("a chart has options");
  }

  destroy() {
    this.resizes.disconnect();
    removeEventListener("themechange", this.redraw);
    this.plot?.destroy();
  }

  /** @param {{ from: number, to: number }} range in seconds */
  setRange({ from, to }) {
    this.range = { from, to };
  }

  // The time at the crosshair, where it is in the chart.
  get moment() {
    const { idx = null, left = -1 } = this.plot?.cursor ?? {};
    return this.plot && left >= 0 && idx !== null ? this.plot.data[0][idx] : null;
  }

  /** @param {string} text */
  setLabel(text) {
    this.area.setAttribute("aria-label", text);
  }

  /** @param {{ width: number, height: number }} room */
  resize({ width, height }) {
    this.size = {
      width: Math.max(LEAST_SIZE.width, Math.round(width)),
      height: Math.max(LEAST_SIZE.height, Math.round(height)),
    };
    if (this.plot) this.plot.setSize(this.size);
    else this.build();
  }

  build() {
    this.plot?.destroy();
    this.plot = null;
    if (!this.size || !this.range) return;
    this.plot = new uPlot(this.options(), this.data(), this.area);
    this.tooltip.attach(this.plot);
  }

  /**
   * Returns the options that all charts share, with those of one.
   * @param {uPlot.Options} more
   * @returns {uPlot.Options}
   */
  chartOptions({ hooks = {}, scales = {}, ...more }) {
    return {
      ...this.size,
      legend: { show: false },
      padding: [8, 18, 0, 0],
      focus: { alpha: 0.22 },
      cursor: {
        sync: { key: SYNC_KEY },
        focus: { prox: 24 },
        drag: { x: true, y: false, setScale: false },
        y: false,
        points: { size: 7 },
      },
      ...more,
      scales: { x: { time: true, range: () => [this.range?.from, this.range?.to] }, ...scales },
      hooks: { ...hooks, setSelect: [(plot) => this.zoomToSelection(plot)] },
    };
  }

  /** @param {uPlot} plot */
  zoomToSelection(plot) {
    const { left, width } = plot.select;
    if (width < LEAST_ZOOM_PX) return;
    const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.onZoom(from, to);
  }

  /**
   * Returns what the tooltip shows instead of the values of the series. For subclasses.
   * @param {number} _at index of the time
   * @param {uPlot} _plot
   * @returns {HTMLElement[] | null}
   */
  tooltipRows(_at, _plot) {
    return null;
  }
}
