// Bar gauge panels: a bar for each value, on a common scale.
import { h } from "../../shared/dom.js";
import { toNumber } from "../../shared/format.js";
import { cssColor, severityIcon } from "../colors.js";
import { meaningfulColor, scaleOf, valueText } from "./single_values.js";

/** @typedef {import("../types").SingleValue} SingleValue */

/**
 * @param {HTMLElement} host
 * @param {import("./single_values.js").SingleValuePanel} panel
 */
export function drawBarGauge(host, { singleValues }) {
  const bars = singleValues.map((single) => bar(single, singleValues));
  host.replaceChildren(h("div", { class: "bars", role: "list" }, bars));
}

/**
 * @param {SingleValue} single
 * @param {SingleValue[]} all
 */
function bar(single, all) {
  const name = single.name || "value";
  const width = `${barShare(single, all) * 100}%`;
  const background = cssColor(meaningfulColor(single.colour) ?? "blue");
  return h(
    "div",
    { class: "bar", role: "listitem" },
    h("span", { class: "name", title: name }, name),
    h("span", { class: "value" }, severityIcon(single.colour), valueText(single).join("")),
    h(
      "span",
      { class: "bar-track" },
      h("span", { class: "bar-fill", style: { width, background } }),
    ),
  );
}

/**
 * Returns which share of its track a bar fills.
 * @param {SingleValue} single
 * @param {SingleValue[]} all
 */
export function barShare(single, all) {
  const number = toNumber(single.value);
  if (Number.isFinite(number)) return scaleOf(single, all)(number);
  return number === Number.POSITIVE_INFINITY ? 1 : 0;
}
