// Pie chart panels: the share of each value in their sum.
import { h, svg } from "../../shared/dom.js";
import { formatValue, toNumber } from "../../shared/format.js";
import { cssColor } from "../colors.js";
import { valueText } from "./single_values.js";

/** @typedef {import("../types").SingleValue} SingleValue */

const RADIUS = 46;
const HOLE = 28;
const LEAST_LABELLED = 0.05;

/**
 * Returns the slices of values, the largest first: from which share to which each reaches. What is
 * below zero has no share.
 * @param {SingleValue[]} singles
 */
export function slicesOf(singles) {
  const sized = singles
    .map((single) => ({ single, size: Math.max(0, toNumber(single.value)) }))
    .filter(({ size }) => Number.isFinite(size) && size > 0)
    .sort((a, b) => b.size - a.size);
  const whole = sized.reduce((sum, { size }) => sum + size, 0);
  let from = 0;
  return sized.map(({ single, size }) => {
    const slice = { single, from, to: from + size / whole };
    from = slice.to;
    return slice;
  });
}

/**
 * @param {HTMLElement} host
 * @param {import("./single_values.js").SingleValuePanel} panel
 */
export function drawPieChart(host, { singleValues, options, title }) {
  const slices = slicesOf(singleValues);
  const hole = options.pieType === "donut" ? HOLE : 0;
  const labels = options.displayLabels ?? [];
  const isShown = options.legend?.showLegend !== false;
  const pie = svg(
    "svg",
    { viewBox: "0 0 100 100", role: "img", "aria-label": `${title}: ${slices.length} parts` },
    slices.map((slice) => sector(slice, hole)),
    slices.map((slice) => label(slice, hole, labels)),
  );
  const side = options.legend?.placement === "right" ? " legend-right" : "";
  host.replaceChildren(
    h(
      "div",
      { class: `pie${side}` },
      pie,
      isShown
        ? h(
            "ul",
            { class: "pie-legend", tabindex: 0 },
            slices.map((s) => entry(s, options)),
          )
        : null,
    ),
  );
}

/**
 * @param {number} share
 * @param {number} radius
 */
function point(share, radius) {
  const angle = 2 * Math.PI * share - Math.PI / 2;
  return `${50 + radius * Math.cos(angle)} ${50 + radius * Math.sin(angle)}`;
}

/**
 * @param {{ single: SingleValue, from: number, to: number }} slice
 * @param {number} hole
 */
function sector({ single, from, to }, hole) {
  const style = { fill: cssColor(single.colour) };
  const text = `${single.name}: ${valueText(single).join("")} (${percent(to - from)})`;
  // A whole circle is no arc: it ends where it began.
  const end = Math.min(to, from + 0.99999);
  const isLarge = end - from > 0.5 ? 1 : 0;
  const inner = hole
    ? `L${point(end, hole)}A${hole} ${hole} 0 ${isLarge} 0 ${point(from, hole)}Z`
    : "L50 50Z";
  const d = `M${point(from, RADIUS)}A${RADIUS} ${RADIUS} 0 ${isLarge} 1 ${point(end, RADIUS)}${inner}`;
  return svg("path", { d, style, class: "sector" }, svg("title", {}, text));
}

/**
 * @param {{ single: SingleValue, from: number, to: number }} slice
 * @param {number} hole
 * @param {string[]} labels
 */
function label({ single, from, to }, hole, labels) {
  if (!labels.length || to - from < LEAST_LABELLED) return null;
  const [x, y] = point((from + to) / 2, (RADIUS + Math.max(hole, RADIUS / 4)) / 2).split(" ");
  const parts = [
    labels.includes("name") ? single.name : "",
    labels.includes("value") ? valueText(single).join("") : "",
    labels.includes("percent") ? percent(to - from) : "",
  ];
  return svg("text", { x, y, class: "sector-label" }, parts.filter(Boolean).join(" "));
}

/** @param {number} share */
function percent(share) {
  return formatValue(share, { steps: [[0, 0.01, " %"]] });
}

/**
 * @param {{ single: SingleValue, from: number, to: number }} slice
 * @param {import("../types").PanelData["options"]} options
 */
function entry({ single, from, to }, { legend }) {
  const values = legend?.values?.length ? legend.values : ["value", "percent"];
  return h(
    "li",
    {},
    h("span", { class: "swatch", style: { background: cssColor(single.colour) } }),
    h("span", { class: "name", title: single.name }, single.name || "value"),
    values.includes("value") ? h("b", {}, valueText(single).join("")) : null,
    values.includes("percent") ? h("span", { class: "muted" }, percent(to - from)) : null,
  );
}
