// Values as people read them. A unit is a list of steps: from `at` on, divide by `by` and append
// `symbol`.
import { styledText } from "./styled_value.js";

/** @typedef {import("./types").Unit} Unit */
/** @typedef {import("./types").RawValue} RawValue */

const MOST_DECIMALS = 12;
const MOST_LABEL_DECIMALS = 3;
const SIGNIFICANT_DIGITS = 3;
// From here on, three significant digits are those of the next step: 999.6 µs are 1 ms.
const ROUNDS_UP = 0.9995;

/**
 * Returns a value as a number: JSON can't hold an infinity, so that comes as text.
 * @param {RawValue} value
 * @returns {number}
 */
export function toNumber(value) {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

/**
 * Returns the step that suits a value; for a whole axis, pass its largest value.
 * @param {number} value
 * @param {Unit} unit
 */
function stepFor(value, unit) {
  const size = Math.abs(value);
  return unit.steps.findLast(([at]) => size >= at * ROUNDS_UP) ?? unit.steps[0];
}

/**
 * Returns how many decimals a value with three significant digits has.
 * @param {number} value
 */
function decimalsFor(value) {
  const size = Math.abs(value);
  if (size === 0 || size >= 100 || Number.isInteger(value)) return 0;
  if (size >= 10) return 1;
  return size >= 1 ? 2 : Math.min(6, SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(size)));
}

/**
 * @param {number} value
 * @param {number} decimals
 */
function withoutTrailingZeros(value, decimals) {
  const text = value.toFixed(Math.min(decimals, MOST_DECIMALS));
  return decimals > 0 ? text.replace(/\.?0+$/, "") : text;
}

/**
 * Returns a value as [number, symbol], so that the symbol can be smaller than the number.
 * @param {RawValue} raw
 * @param {Unit} unit
 * @param {number | null} [decimals]
 * @returns {[string, string]}
 */
export function valueParts(raw, unit, decimals) {
  const value = toNumber(raw);
  if (Number.isNaN(value)) return ["–", ""];
  if (unit.words) return [unit.words[value === 0 ? 0 : 1], ""];
  if (!Number.isFinite(value)) return [value > 0 ? "∞" : "−∞", ""];
  if (unit.style) return [styledText(value * (unit.factor ?? 1), unit.style, decimals), ""];
  const prefix = unit.prefix ?? "";
  if (value === 0) return [`${prefix}0`, unit.steps.length === 1 ? unit.steps[0][2] : ""];
  const [, by, symbol] = stepFor(value, unit);
  const scaled = value / by;
  const text =
    decimals === null || decimals === undefined
      ? withoutTrailingZeros(scaled, decimalsFor(scaled))
      : scaled.toFixed(decimals);
  return [prefix + text.replace("-", "−"), symbol];
}

/**
 * @param {RawValue} raw
 * @param {Unit} unit
 * @param {number | null} [decimals]
 */
export function formatValue(raw, unit, decimals) {
  return valueParts(raw, unit, decimals).join("");
}

/**
 * Returns the distances between marks of an axis that are round in its unit; undefined leaves the
 * choice to uPlot.
 * @param {Unit} unit
 * @returns {number[] | undefined}
 */
export function roundIncrements(unit) {
  if (unit.steps.some(([size]) => size === 1024)) return binaryIncrements(unit);
  /** @param {string} symbol */
  const sizeOf = (symbol) => unit.steps.find((step) => step[2] === symbol)?.[0];
  const [second, minute, hour, day] = [" s", " min", " h", " d"].map(sizeOf);
  if (!second || !minute || !hour || !day) return undefined;
  return [
    ...decimalIncrements(second),
    ...[10, 15, 20, 30].map((count) => count * second),
    ...[1, 2, 5, 10, 15, 20, 30].map((count) => count * minute),
    ...[1, 2, 3, 6, 12].map((count) => count * hour),
    ...[1, 2, 5, 10, 30, 100].map((count) => count * day),
  ];
}

/** @param {Unit} unit */
function binaryIncrements(unit) {
  const factors = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
  return unit.steps.flatMap(([size]) => factors.map((factor) => size * factor));
}

/** @param {number} one */
function decimalIncrements(one) {
  return Array.from({ length: 10 }, (_, index) => one * 10 ** (index - 9)).flatMap((size) => [
    size,
    2 * size,
    5 * size,
  ]);
}

/**
 * Returns how many decimals a distance between marks needs.
 * @param {number} distance
 */
function decimalsOf(distance) {
  /** @param {number} decimals */
  const isExact = (decimals) => {
    const scaled = distance * 10 ** decimals;
    return Math.abs(scaled - Math.round(scaled)) <= 1e-6;
  };
  let decimals = 0;
  while (decimals < MOST_LABEL_DECIMALS && !isExact(decimals)) decimals++;
  return decimals;
}

/**
 * Returns the labels of an axis: they share one step of the unit and one number of decimals.
 * @param {number[]} marks
 * @param {Unit} unit
 */
export function axisLabels(marks, unit) {
  if (unit.words || unit.style) return marks.map((mark) => formatValue(mark, unit));
  const largest = Math.max(...marks.map(Math.abs));
  const distance = marks.length > 1 ? Math.abs(marks[1] - marks[0]) : largest;
  // A third of a minute is better written as 20 s.
  const ofLargest = stepFor(largest, unit);
  const isRound = decimalsOf(distance / ofLargest[1]) < MOST_LABEL_DECIMALS;
  const [, by, symbol] = isRound ? ofLargest : stepFor(distance, unit);
  const decimals = decimalsOf(distance / by);
  return marks.map((mark) =>
    mark === 0
      ? "0"
      : `${unit.prefix ?? ""}${(mark / by).toFixed(decimals).replace("-", "−")}${symbol}`,
  );
}
