// A line as it stands in a list: its level, its time, where it is from, and what it says.
import { h } from "../../shared/dom.js";
import { msOf } from "./links.js";
import { summaryOf } from "./log_fields.js";
import { formatLineTime, formatWholeTime } from "./log_time.js";

/** @typedef {import("../types").LogEntry} LogEntry */
/**
 * @typedef {object} LineStyle how lines are shown
 * @property {number} rangeS how long the range is that they are of
 * @property {string[]} searched texts that are marked in them
 * @property {boolean} raw whether they are shown as they were written
 */

const MOST_MARKED = 4000;

/** @param {LogEntry} line */
export function keyOf({ time, labels, text }) {
  return `${time} ${JSON.stringify(labels)} ${text}`;
}

/**
 * Returns where a line is from: its job, and the service where that is another word.
 * @param {Record<string, string>} labels
 */
export function sourceOf({ job = "", service = "", service_name: name = "" }) {
  if (!job) return service || name;
  return service && service !== job ? `${job} ${service}` : job;
}

/**
 * Returns a text in which what is searched for is marked.
 * @param {string} text
 * @param {string[]} searched
 * @returns {(string | HTMLElement)[]}
 */
export function marked(text, searched) {
  if (!searched.length || text.length > MOST_MARKED) return [text];
  const escaped = searched.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = text.split(new RegExp(`(${escaped.join("|")})`));
  return parts.map((part, index) => (index % 2 ? h("mark", {}, part) : part)).filter(Boolean);
}

/**
 * Returns the parts of a line's row.
 * @param {LogEntry} line
 * @param {LineStyle} style
 */
export function lineParts(line, { rangeS, searched, raw }) {
  const { message, others } = raw ? { message: line.text, others: [] } : summaryOf(line);
  const rest = others.map(([name, value]) =>
    h("span", { class: "pair" }, h("i", {}, `${name}=`), value, " "),
  );
  return [
    h(
      "time",
      { title: formatWholeTime(line.time), datetime: new Date(msOf(line.time)).toISOString() },
      formatLineTime(line.time, rangeS),
    ),
    h("span", { class: "level" }, line.level),
    h("span", { class: "source" }, sourceOf(line.labels)),
    h("span", { class: "said" }, ...marked(message, searched), rest.length ? " " : null, ...rest),
  ];
}
