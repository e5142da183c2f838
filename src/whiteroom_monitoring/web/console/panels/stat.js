// Stat panels: large values, with a sparkline.
import { h, svg } from "../../shared/dom.js";
import { cssColor, severityIcon } from "../colors.js";
import { meaningfulColor, valueElement, valueText } from "./single_values.js";

/** @typedef {import("../types").SingleValue} SingleValue */
/** @typedef {import("../types").Values} Values */

// A value takes at most so much of its panel's width, in percent of it for one character.
const LARGEST_CHARACTER = 19;
const WIDTH_OF_ALL = 125;
const ICON_CHARACTERS = 1.5;

/**
 * @param {HTMLElement} host
 * @param {import("./single_values.js").SingleValuePanel} panel
 */
export function drawStat(host, panel) {
  const { singleValues, options } = panel;
  const { textMode } = options;
  const withName =
    textMode !== "value" &&
    textMode !== "none" &&
    (singleValues.length > 1 || textMode === "value_and_name" || textMode === "name");
  const stats = singleValues.map((single) => stat(single, withName, options));
  host.replaceChildren(h("div", { class: "stats" }, stats));
}

/**
 * @param {SingleValue} single
 * @param {boolean} withName
 * @param {{ colorMode?: string, textMode?: string }} options
 */
function stat(single, withName, { colorMode = "", textMode }) {
  const colored = colorMode === "none" ? null : meaningfulColor(single.colour);
  const own = colored === null ? "" : cssColor(colored);
  const isFilled = own !== "" && colorMode.startsWith("background");
  const color = isFilled ? "" : own;
  const element = h(
    "div",
    { class: isFilled ? "stat filled" : "stat" },
    textMode === "name" || textMode === "none"
      ? null
      : h(
          "div",
          { class: "value", style: { color } },
          colorMode === "none" ? null : severityIcon(single.colour),
          valueElement(single),
        ),
    withName ? h("div", { class: "name" }, single.name) : null,
    single.line ? sparkline(single.line, color || cssColor("blue")) : null,
  );
  if (isFilled) element.style.setProperty("--fill", own);
  element.style.setProperty("--size", String(characterSize(valueText(single))));
  return element;
}

/**
 * Returns how large a character may be, in percent of the width, so that all fit beside an icon.
 * @param {[string, string]} text
 */
export function characterSize([text, symbol]) {
  const characters = text.length + symbol.length / 2 + ICON_CHARACTERS;
  return Math.min(LARGEST_CHARACTER, WIDTH_OF_ALL / characters);
}

/**
 * @param {Values} values
 * @param {string} stroke
 */
function sparkline(values, stroke) {
  const points = sparklinePoints(values);
  if (!points) return null;
  const box = {
    class: "sparkline",
    viewBox: "0 0 100 30",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  };
  return svg("svg", box, svg("polyline", { points, style: { stroke }, fill: "none" }));
}

/**
 * Returns the points of a sparkline in a box of 100 by 30; "" for fewer than two values.
 * @param {Values} values
 */
export function sparklinePoints(values) {
  const known = /** @type {number[]} */ (values.filter((value) => value !== null));
  if (known.length < 2) return "";
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const y = (/** @type {number} */ value) => 28 - 26 * ((value - low) / (high - low || 1));
  const x = (/** @type {number} */ index) => (index / (values.length - 1)) * 100;
  return values
    .map((value, index) => (value === null ? "" : `${x(index)},${y(value)}`))
    .filter(Boolean)
    .join(" ");
}
