// What the console's server answers.
import type { RawValue, Unit } from "../shared/types";

// A series' number in the palette, or a colour as Grafana names it.
export type Color = number | string | null;
export type Values = (number | null)[];

export interface Threshold {
  value: number | null;
  color: string;
}

// How values are written and judged.
interface Display {
  unit: Unit;
  decimals?: number | null;
  min?: number | null;
  max?: number | null;
  thresholds: Threshold[];
}

// Grafana's custom field options of time series, as far as they are drawn.
export interface SeriesStyle {
  drawStyle?: "line" | "bars" | "points";
  lineWidth?: number;
  fillOpacity?: number;
  // From above, where it has its opacity, to nothing below.
  fillFades?: boolean;
  lineStyle?: { fill?: string; dash?: number[] };
  lineInterpolation?: string;
  showPoints?: string;
  pointSize?: number;
  spanNulls?: boolean | number;
  stacking?: { mode?: string; group?: string };
  fillBelowTo?: string;
  thresholdsStyle?: { mode?: string };
  scaleDistribution?: { type?: string; log?: number; linearThreshold?: number };
  axisPlacement?: string;
  axisCenteredZero?: boolean;
  hideInLegend?: boolean;
  axisSoftMin?: number | null;
  axisSoftMax?: number | null;
  axisLabel?: string;
}

export interface Series extends Display {
  name: string;
  labels: Record<string, string>;
  colour: Color;
  values: Values;
  style: SeriesStyle;
  calcs?: RawValue[];
}

// A series of states: from which moment to which each lasts, by their numbers.
export interface StateRow extends Display {
  name: string;
  spans: { from: number; to: number; value: RawValue; text: string | null; colour: Color }[];
}

// Bars of one colour: a value for each group, or for each bucket.
export interface Bars extends Display {
  name: string;
  colour: Color;
  values: RawValue[];
}

// One value of a stat, gauge or bar gauge; `line` are the values behind it.
export interface SingleValue extends Display {
  name: string;
  labels: Record<string, string>;
  value: RawValue;
  text: string | null;
  colour: Color;
  line: Values | null;
}

export interface Column {
  name: string;
  kind: "number" | "string" | "time";
  cells: (number | string | null)[];
  texts?: (string | null)[];
  colours?: Color[];
  links?: ({ url: string; title: string } | null)[];
  unit?: Unit;
  decimals?: number | null;
  align?: string;
  cellType?: string;
  width?: number | null;
  footer?: RawValue;
  min?: number | null;
  max?: number | null;
}

export interface Alert {
  name: string;
  state: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  priority: string;
  level: "page" | "act" | "news";
  since: number;
  silences?: string[];
}

// A line of a log: `time` in nanoseconds since 1970, as text; labels of its stream, metadata that came
// with it, and what its query has found in it.
export interface LogEntry {
  time: string;
  level: string;
  labels: Record<string, string>;
  metadata: Record<string, string>;
  parsed: Record<string, string>;
  text: string;
}

export interface Annotation {
  start: number;
  end: number;
  title: string;
  text: string;
  kind: string;
  colour: string;
  // The ids in the line of a log that says so.
  logged?: Record<string, string> | null;
}

// One event behind a series: its value, and the ids by which it is told elsewhere.
export interface Exemplar {
  time: number;
  value: number;
  ids: Record<string, string>;
}

export interface DashboardLink {
  title: string;
  url: string;
  time: boolean;
  variables: boolean;
  blank: boolean;
}

export interface LegendOptions {
  showLegend?: boolean;
  displayMode?: string;
  placement?: string;
  calcs?: string[];
  values?: string[];
  sortBy?: string;
  sortDesc?: boolean;
}

// Times of a time series, evenly spaced, in seconds.
export interface Times {
  start: number;
  step: number;
  count: number;
}

// A panel with its data: which of the optional parts it has depends on its type.
export interface PanelData {
  key: string;
  type: string;
  title: string;
  description: string;
  links: DashboardLink[];
  queries: Record<string, string>;
  notice: string;
  problem: string;
  options: {
    colorMode?: string;
    textMode?: string;
    pieType?: string;
    displayLabels?: string[];
    showValue?: string;
    stacking?: string;
    calculate?: boolean;
    legend?: LegendOptions;
  };
  timeInfo?: string;
  // Whether the panel's range is its own, and not the page's.
  ownRange?: boolean;
  noValue?: string | null;
  notDrawn: string[];
  from: number;
  to: number;
  times: Times;
  series?: Series[];
  singleValues?: SingleValue[];
  columns?: Column[];
  rows?: StateRow[];
  bars?: Bars[];
  groups?: (string | number)[];
  isTime?: boolean;
  edges?: number[];
  edgeUnit?: Unit;
  dashboards?: { title: string; url: string }[];
  alerts?: Alert[];
  entries?: LogEntry[];
  exemplars?: Exemplar[];
  html?: string;
}

export interface TimeSeriesData extends PanelData {
  series: Series[];
}

// A panel's place in its section, in Grafana's grid of 24 columns.
export interface PanelLayout {
  key: string;
  type: string;
  title: string;
  gridPos: [x: number, y: number, width: number, height: number];
}

export interface Section {
  key: string;
  title: string;
  collapsed: boolean;
  panels: PanelLayout[];
}

export interface Variable {
  name: string;
  label: string;
  problem: string;
  several: boolean;
  is_free: boolean;
  with_all: boolean;
  chosen: string[];
  options: { value: string; text: string }[];
}

export interface Dashboard {
  uid: string;
  slug: string;
  title: string;
  problem: string;
  description: string;
  time: { from: string; to: string };
  refresh: string;
  // The range that the server has resolved, in seconds.
  from: number;
  to: number;
  links: DashboardLink[];
  variables: Variable[];
  sections: Section[];
}

export interface Silence {
  id: string;
  matchers: { name: string; value: string; isRegex: boolean; isEqual?: boolean }[];
  comment: string;
  createdBy: string;
  endsAt: string;
}
