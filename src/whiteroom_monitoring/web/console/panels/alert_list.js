// Alert list panels, and the alerts of the alerts page.
import { h } from "../../shared/dom.js";
import { icon } from "../../shared/icons.js";
import { formatDuration } from "../../shared/time_format.js";

import { alertAddress } from "../logs/links.js";

/** @typedef {import("../types").Alert} Alert */
/** @typedef {import("../../shared/dom.js").Child} Child */

const OWN_RUNBOOK = /(?:^|\/)runbooks\/(\w+)\.md$/;

/**
 * Returns where a runbook is: the console has its own, others may be anywhere on the web.
 * @param {string} address
 */
export function runbookLink(address) {
  const own = OWN_RUNBOOK.exec(address);
  if (own) return `/runbooks/${own[1]}`;
  return /^https?:/.test(address) ? address : null;
}

/** @param {Alert} alert */
function stateText({ state, since, labels }) {
  const duration = formatDuration(Date.now() / 1000 - since);
  return `${state} for ${duration}${labels.service ? `, ${labels.service}` : ""}`;
}

/**
 * @param {Alert} alert
 * @param {...Child} more what is shown below it
 */
export function alertItem(alert, ...more) {
  const { priority, level } = alert;
  const { summary = "", runbook_url: runbookUrl = "" } = alert.annotations;
  const sign = alert.state !== "firing" ? "clock" : level === "news" ? "info" : "bell";
  const href = runbookLink(runbookUrl);
  return h(
    "li",
    { class: `alert ${alert.state} ${level}` },
    h(
      "div",
      { class: "alert-head" },
      icon(sign),
      h("b", {}, alert.name),
      priority ? h("span", { class: "tag" }, priority) : null,
      h("span", { class: "muted" }, stateText(alert)),
    ),
    summary ? h("p", {}, summary) : null,
    h(
      "div",
      { class: "alert-links" },
      href ? h("a", { href, rel: "noopener noreferrer" }, "Runbook") : null,
      h("a", { href: alertAddress(alert.labels, alert.since) }, "Logs"),
    ),
    ...more,
  );
}

/**
 * @param {HTMLElement} host
 * @param {import("../types").PanelData & { alerts: Alert[] }} panel
 */
export function drawAlertList(host, { alerts, noValue }) {
  if (alerts.length) {
    const items = alerts.map((alert) => alertItem(alert));
    host.replaceChildren(h("ul", { class: "alerts" }, items));
    return;
  }
  const text = noValue ?? "No alert is firing.";
  host.replaceChildren(h("p", { class: "no-items good" }, icon("good"), text));
}
