// Logs panels.
import { h } from "../../shared/dom.js";
import { formatDay, formatTimeOfDay } from "../../shared/time_format.js";

/** @typedef {import("../types").LogEntry} LogEntry */

/** @param {LogEntry} entry */
function line({ time, labels, text }) {
  const level = labels.level ?? labels.detected_level ?? "";
  return h(
    "li",
    { class: `log ${level}` },
    h("time", {}, `${formatDay(time)} ${formatTimeOfDay(time)}`),
    h("span", { class: "level" }, level),
    h("code", {}, text),
  );
}

/**
 * @param {HTMLElement} host
 * @param {import("../types").PanelData & { entries: LogEntry[] }} panel
 */
export function drawLogs(host, { entries, noValue }) {
  const content = entries.length
    ? h("ol", { class: "logs", tabindex: 0 }, entries.map(line))
    : h("p", { class: "no-items" }, noValue ?? "No log lines in this time range.");
  host.replaceChildren(content);
}
