// What stat, gauge and bar gauge panels share: values with their unit, on a scale.

import { h } from "../../shared/dom.js";
import { toNumber, valueParts } from "../../shared/format.js";

/** @typedef {import("../types").SingleValue} SingleValue */
/** @typedef {import("../types").PanelData & { singleValues: SingleValue[] }} SingleValuePanel */

/**
 * Returns [text, symbol]: the words that stand for the value, or the value with its unit.
 * @param {SingleValue} single
 * @returns {[string, string]}
 */
export function valueText(single) {
  if (single.text !== null) return [single.text, ""];
  return valueParts(single.value, single.unit, single.decimals);
}

/** @param {SingleValue} single */
export function valueElement(single) {
  const [text, symbol] = valueText(single);
  return h("span", {}, text, symbol ? h("small", {}, symbol) : null);
}

/**
 * Returns the colour, where it is one: that of text says nothing.
 * @param {import("../types").Color} color
 */
export function meaningfulColor(color) {
  return color === "text" ? null : color;
}

/**
 * Returns the scale of a value: a function from a value to 0..1 between minimum and maximum.
 * @param {SingleValue} single
 * @param {SingleValue[]} all those of the panel, which share a maximum where none is configured
 */
export function scaleOf(single, all) {
  const low = single.min ?? 0;
  const values = all.map(({ value }) => toNumber(value)).filter(Number.isFinite);
  const limits = single.thresholds.map((step) => step.value ?? low);
  const high = single.max ?? Math.max(low + 1e-12, ...values, ...limits);
  return (/** @type {number} */ value) => Math.max(0, Math.min(1, (value - low) / (high - low)));
}
