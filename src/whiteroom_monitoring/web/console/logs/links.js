// The addresses of lines: of a service and its minute, of all sources in the same moment, of an id.
import { EVERY_LINE, idQuery, serviceQuery } from "./log_query.js";

const MINUTE_MS = 60_000;
const MOMENT_MS = 200;
const SHOWN_DIGITS = 16;
// What makes an alert fire has begun before it.
const BEFORE_ALERT_MS = 2 * MINUTE_MS;
const AFTER_ALERT_MS = MINUTE_MS;

/**
 * Returns the address of the page of logs.
 * @param {Record<string, string | string[]>} parameters
 */
export function logsAddress(parameters) {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((text) => [name, text]),
  );
  return `/logs?${new URLSearchParams(pairs)}`;
}

/**
 * Returns the parameters of a range around a moment, which is marked in it.
 * @param {number} ms since 1970
 * @param {number} before
 * @param {number} after
 */
function around(ms, before, after) {
  const from = Math.floor(ms - before);
  return { from: String(from), to: String(from + before + after), at: String(Math.floor(ms)) };
}

/** @param {number} ms */
export const minuteOf = (ms) => around(ms, MINUTE_MS / 2, MINUTE_MS / 2);

/** @param {number} ms */
const momentOf = (ms) => ({ ...around(ms, MOMENT_MS / 2, MOMENT_MS / 2), order: "asc" });

/** @param {string} ns a line's time */
export const msOf = (ns) => Number(ns) / 1e6;

/**
 * Returns the lines of all sources within 200 ms around a moment.
 * @param {number} ms
 */
export function momentAddress(ms) {
  return logsAddress({ expr: EVERY_LINE, ...momentOf(ms) });
}

/**
 * Returns the lines of a service within the minute around a moment.
 * @param {string} service
 * @param {number} ms
 */
export function minuteAddress(service, ms) {
  return logsAddress({ expr: serviceQuery(service ? [service] : []), ...minuteOf(ms) });
}

/**
 * Returns the lines that have an id, within the hour around a moment.
 * @param {string} id
 * @param {number} ms
 */
export function idAddress(id, ms) {
  return logsAddress({
    expr: idQuery(id),
    ...around(ms, 30 * MINUTE_MS, 30 * MINUTE_MS),
    order: "asc",
  });
}

/**
 * Returns the links of an event that a log or an exemplar tells of.
 * @param {number} ms
 * @param {Record<string, string>} ids by their names
 */
export function loggedLinks(ms, ids) {
  const named = Object.entries(ids).map(([name, id]) => ({
    text: `Lines of ${name.replace("_id", "")} ${id.slice(0, SHOWN_DIGITS)}`,
    href: idAddress(id, ms),
  }));
  return [{ text: "All sources, 200 ms", href: momentAddress(ms) }, ...named];
}

/**
 * Returns the lines of what an alert is about, when it began.
 * @param {Record<string, string>} labels
 * @param {number} since in seconds
 */
export function alertAddress(labels, since) {
  const service = labels.service ? { service: labels.service } : { service: "" };
  return logsAddress({ ...service, ...around(since * 1000, BEFORE_ALERT_MS, AFTER_ALERT_MS) });
}
