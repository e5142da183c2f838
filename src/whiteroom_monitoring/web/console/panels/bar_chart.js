// Bar charts and histograms: bars side by side or upon each other, drawn as SVG.
import { h, svg } from "../../shared/dom.js";
import { axisLabels, formatValue, toNumber } from "../../shared/format.js";
import { formatDateTime } from "../../shared/time_format.js";
import { cssColor } from "../colors.js";

/** @typedef {import("../types").Bars} Bars */
/** @typedef {import("../types").PanelData & { bars: Bars[] }} BarsPanel */

const WIDTH = 600;
const MARKS = 4;
const GAP = 0.15;
const MOST_LABELS = 12;

/**
 * Returns for each series and group where its bar begins and ends: at 0, or upon those before it.
 * @param {Bars[]} bars
 * @param {string | undefined} stacking
 * @returns {[number, number][][]}
 */
export function extents(bars, stacking) {
  const count = bars[0]?.values.length ?? 0;
  const numbers = bars.map(({ values }) => values.map((value) => toNumber(value) || 0));
  const isStacked = stacking === "normal" || stacking === "percent";
  if (!isStacked) return numbers.map((values) => values.map((value) => [0, value]));
  const wholes = Array.from({ length: count }, (_, at) =>
    numbers.reduce((sum, values) => sum + Math.abs(values[at]), 0),
  );
  const ups = new Float64Array(count);
  const downs = new Float64Array(count);
  return numbers.map((values) =>
    values.map((value, at) => {
      const size = stacking === "percent" ? (wholes[at] ? (100 * value) / wholes[at] : 0) : value;
      const sums = size < 0 ? downs : ups;
      sums[at] += size;
      return /** @type {[number, number]} */ ([sums[at] - size, sums[at]]);
    }),
  );
}

/**
 * Returns the lowest and the highest end of all bars; 0 is between them.
 * @param {[number, number][][]} parts
 */
export function outerEnds(parts) {
  let [low, high] = [0, 0];
  for (const ends of parts) {
    for (const [from, to] of ends) {
      low = Math.min(low, from, to);
      high = Math.max(high, from, to);
    }
  }
  return [low, high];
}

/**
 * Returns a round distance of which about so many fit into a size.
 * @param {number} size
 * @param {number} count
 */
export function roundStep(size, count) {
  const least = size / count || 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return (
    [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * 0.999) ?? least
  );
}

/**
 * @param {HTMLElement} host
 * @param {BarsPanel} panel
 */
export function drawBarChart(host, panel) {
  const { bars, isTime } = panel;
  const groups = (panel.groups ?? []).map((group) =>
    isTime ? formatDateTime(Number(group) / 1000) : String(group),
  );
  draw(host, panel, bars, groups, "between");
}

/**
 * @param {HTMLElement} host
 * @param {BarsPanel} panel
 */
export function drawHistogram(host, panel) {
  const { bars, edges = [], edgeUnit } = panel;
  const labels = edges.map((edge) => (edgeUnit ? formatValue(edge, edgeUnit) : String(edge)));
  draw(host, panel, bars, labels, "edges");
}

/**
 * @param {HTMLElement} host
 * @param {BarsPanel} panel
 * @param {Bars[]} bars
 * @param {string[]} labels of the groups, or of the edges between them
 * @param {"between" | "edges"} place
 */
function draw(host, panel, bars, labels, place) {
  const count = bars[0]?.values.length ?? 0;
  if (!count) {
    host.replaceChildren(h("p", { class: "no-items" }, panel.noValue ?? "No data."));
    return;
  }
  const stacking = place === "edges" ? undefined : panel.options.stacking;
  const parts = extents(bars, stacking);
  const [low, high] = outerEnds(parts);
  const step = roundStep(high - low || 1, MARKS);
  const [bottom, top] = [Math.floor(low / step) * step, Math.ceil(high / step) * step || 1];
  const unit = stacking === "percent" ? PERCENT : bars[0].unit;
  const marks = Array.from(
    { length: Math.round((top - bottom) / step) + 1 },
    (_, at) => bottom + at * step,
  );
  const y = (/** @type {number} */ value) => 100 * (1 - (value - bottom) / (top - bottom));
  const rectangles = bars.flatMap((one, index) =>
    parts[index].map(([from, to], at) => {
      const box = boxOf({ index, at, from, to }, { bars, count, y, place, stacking });
      const name = place === "edges" ? `${labels[at]} to ${labels[at + 1]}` : labels[at];
      const text = `${name}, ${one.name}: ${formatValue(one.values[at], one.unit, one.decimals)}`;
      return svg("rect", { ...box, style: { fill: cssColor(one.colour) } }, svg("title", {}, text));
    }),
  );
  const size = { viewBox: `0 0 ${WIDTH} 100`, preserveAspectRatio: "none", role: "img" };
  const label = `${panel.title}: ${bars.length} series in ${count} groups`;
  host.replaceChildren(
    h(
      "div",
      { class: "bar-chart" },
      h(
        "div",
        { class: "value-marks", "aria-hidden": "true" },
        axisLabels(marks, unit).map((text, at) =>
          h("span", { style: { top: `${y(marks[at])}%` } }, text),
        ),
      ),
      h(
        "div",
        { class: "plot-area" },
        svg(
          "svg",
          { ...size, "aria-label": label },
          marks.map((mark) =>
            svg("line", { x1: 0, x2: WIDTH, y1: y(mark), y2: y(mark), class: "grid" }),
          ),
          rectangles,
        ),
      ),
      h(
        "div",
        { class: `group-marks ${place}`, "aria-hidden": "true" },
        thinned(labels).map((text) => h("span", { title: text }, text)),
      ),
    ),
    legend(panel, bars),
  );
}

/** @type {import("../../shared/types").Unit} */
const PERCENT = { steps: [[0, 1, " %"]] };

/**
 * @param {{ index: number, at: number, from: number, to: number }} bar
 * @param {{ bars: Bars[], count: number, y: (value: number) => number, place: string, stacking?: string }} chart
 */
function boxOf({ index, at, from, to }, { bars, count, y, place, stacking }) {
  const room = WIDTH / count;
  const gap = place === "edges" ? 0.02 : GAP;
  const inner = room * (1 - gap);
  const isBeside = place === "between" && stacking !== "normal" && stacking !== "percent";
  const width = isBeside ? inner / bars.length : inner;
  const x = at * room + (room * gap) / 2 + (isBeside ? index * width : 0);
  const [upper, lower] = [Math.min(y(from), y(to)), Math.max(y(from), y(to))];
  return {
    x,
    y: upper,
    width,
    height: Math.max(lower - upper, 0),
    opacity: place === "edges" && bars.length > 1 ? 0.6 : 1,
  };
}

/**
 * Returns labels of which only so many hold text as there is room for.
 * @param {string[]} labels
 */
function thinned(labels) {
  const every = Math.ceil(labels.length / MOST_LABELS);
  return labels.map((label, at) => (at % every === 0 ? label : ""));
}

/**
 * @param {BarsPanel} panel
 * @param {Bars[]} bars
 */
function legend(panel, bars) {
  if (panel.options.legend?.showLegend === false || bars.length < 2) return "";
  return h(
    "ul",
    { class: "bar-legend" },
    bars.map(({ name, colour }) =>
      h(
        "li",
        {},
        h("span", { class: "swatch", style: { background: cssColor(colour) } }),
        name || "value",
      ),
    ),
  );
}
