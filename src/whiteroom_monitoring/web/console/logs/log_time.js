// Times of lines: nanoseconds since 1970 as text, since a number loses the last three digits.
import { formatDay, formatTimeOfDay } from "../../shared/time_format.js";

const DAY_S = 86_400;
const SECOND_DIGITS = 9;

/** @param {string} ns */
export const secondsOf = (ns) => Number(ns.slice(0, -SECOND_DIGITS) || 0);

/**
 * Returns the time of a line: with the day in a range of more than one, and with microseconds in one
 * of less than two seconds.
 * @param {string} ns
 * @param {number} rangeS
 */
export function formatLineTime(ns, rangeS) {
  const seconds = secondsOf(ns);
  const fraction = ns.slice(-SECOND_DIGITS).padStart(SECOND_DIGITS, "0");
  const digits = fraction.slice(0, rangeS < 2 ? 6 : 3);
  const day = rangeS > DAY_S ? `${formatDay(seconds)} ` : "";
  return `${day}${formatTimeOfDay(seconds)}.${digits}`;
}

/** @param {string} ns */
export function formatWholeTime(ns) {
  const seconds = secondsOf(ns);
  const fraction = ns.slice(-SECOND_DIGITS);
  return `${formatDay(seconds)} ${formatTimeOfDay(seconds)}.${fraction}`;
}

/**
 * Compares times of lines, as sort does.
 * @param {string} a
 * @param {string} b
 */
export function compareTimes(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
