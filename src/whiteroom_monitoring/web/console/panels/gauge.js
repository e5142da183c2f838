// Gauge panels: an arc between minimum and maximum, with the thresholds around it.
import { h, svg } from "../../shared/dom.js";
import { toNumber } from "../../shared/format.js";
import { cssColor, severityIcon } from "../colors.js";
import { meaningfulColor, scaleOf, valueElement, valueText } from "./single_values.js";

/** @typedef {import("../types").SingleValue} SingleValue */

const START_DEGREES = -120;
const SWEEP_DEGREES = 240;
const CENTER = [50, 52];
const VALUE_ARC = { radius: 38, width: 9 };
const THRESHOLD_ARC = { radius: 46, width: 2 };
const LEAST_SHARE = 0.002;

/**
 * @param {HTMLElement} host
 * @param {import("./single_values.js").SingleValuePanel} panel
 */
export function drawGauge(host, { singleValues }) {
  const gauges = singleValues.map((single) => gauge(single, singleValues));
  host.replaceChildren(h("div", { class: "gauges" }, gauges));
}

/**
 * @param {SingleValue} single
 * @param {SingleValue[]} all
 */
function gauge(single, all) {
  const label = `${single.name}: ${valueText(single).join("")}`;
  return h(
    "div",
    { class: "gauge", role: "img", "aria-label": label },
    svg(
      "svg",
      { viewBox: "0 4 100 82", "aria-hidden": "true" },
      arcs(single, scaleOf(single, all)),
    ),
    h(
      "div",
      { class: "value", style: { color: cssColor(single.colour) } },
      severityIcon(single.colour),
      valueElement(single),
    ),
    all.length > 1 ? h("div", { class: "name" }, single.name) : null,
  );
}

/**
 * @param {SingleValue} single
 * @param {(value: number) => number} scale
 */
function arcs(single, scale) {
  const number = toNumber(single.value);
  const share = Number.isFinite(number) ? scale(number) : 0;
  const color = cssColor(meaningfulColor(single.colour) ?? "blue");
  return [
    arc(0, 1, VALUE_ARC, cssColor("--grid")),
    share > LEAST_SHARE ? arc(0, share, VALUE_ARC, color) : null,
    ...thresholdRanges(single, scale).map(([from, to, name]) =>
      arc(from, to, THRESHOLD_ARC, cssColor(name)),
    ),
  ];
}

/**
 * Returns from where to where each threshold's colour reaches, as shares of the scale.
 * @param {Pick<SingleValue, "thresholds">} single
 * @param {(value: number) => number} scale
 * @returns {[number, number, string][]}
 */
export function thresholdRanges({ thresholds }, scale) {
  return thresholds
    .map(({ value, color }, index) => {
      const next = thresholds[index + 1]?.value ?? null;
      const from = value === null ? 0 : scale(value);
      return /** @type {[number, number, string]} */ ([
        from,
        next === null ? 1 : scale(next),
        color,
      ]);
    })
    .filter(([from, to]) => to > from);
}

/**
 * @param {number} share
 * @param {number} radius
 */
function point(share, radius) {
  const angle = ((START_DEGREES + SWEEP_DEGREES * share - 90) * Math.PI) / 180;
  return `${CENTER[0] + radius * Math.cos(angle)} ${CENTER[1] + radius * Math.sin(angle)}`;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {{ radius: number, width: number }} size
 * @param {string} stroke
 */
function arc(from, to, { radius, width }, stroke) {
  const isLarge = (to - from) * SWEEP_DEGREES > 180 ? 1 : 0;
  const d = `M${point(from, radius)}A${radius} ${radius} 0 ${isLarge} 1 ${point(to, radius)}`;
  return svg("path", { d, style: { stroke }, "stroke-width": width, fill: "none" });
}
