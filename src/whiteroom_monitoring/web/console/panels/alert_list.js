// Alert lists and logs.
import { h } from "../../shared/dom.js";
import { clock, day, lasting } from "../../shared/format.js";
import { icon } from "../../shared/icons.js";

const WORDS = { firing: "firing", pending: "about to fire" };

// The console has its own runbooks; others may be anywhere on the web.
function runbook(written) {
  const own = /infrastructure\/monitoring\/runbooks\/(\w+)\.md$/.exec(written);
  return own ? `/runbooks/${own[1]}` : /^https?:/.test(written) ? written : null;
}

export function alertItem(alert, ...more) {
  const { priority = "", service = "" } = alert.labels;
  const address = runbook(alert.annotations.runbook_url ?? "");
  return h("li", { class: `alert ${alert.state} ${priority}` },
    h("div", { class: "alert-head" },
      icon(alert.state === "firing" ? (priority === "P3" ? "info" : "bell") : "clock"),
      h("b", {}, alert.name),
      priority ? h("span", { class: "tag" }, priority) : null,
      h("span", { class: "quiet" }, `${WORDS[alert.state] ?? alert.state} for ${lasting(Date.now() / 1000 - alert.since)}${service ? `, ${service}` : ""}`)),
    alert.annotations.summary ? h("p", {}, alert.annotations.summary) : null,
    address ? h("a", { href: address, rel: "noopener noreferrer" }, "Runbook") : null,
    ...more);
}

export function drawAlerts(host, panel) {
  const items = panel.alerts.map((alert) => alertItem(alert));
  const none = h("p", { class: "nothing good" }, icon("good"), panel.noValue ?? "Nothing fires.");
  host.replaceChildren(items.length ? h("ul", { class: "alerts" }, items) : none);
}

export function drawLogs(host, panel) {
  const lines = panel.entries.map(({ time, labels, text }) =>
    h("li", { class: `log ${labels.level ?? labels.detected_level ?? ""}` },
      h("time", {}, `${day(time)} ${clock(time)}`),
      h("span", { class: "level" }, labels.level ?? ""),
      h("code", {}, text)));
  host.replaceChildren(lines.length ? h("ol", { class: "logs", tabindex: 0 }, lines) : h("p", { class: "nothing" }, panel.noValue ?? "No lines in this time."));
}
