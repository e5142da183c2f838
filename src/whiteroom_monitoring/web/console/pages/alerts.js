// The alerts page: what is firing, what is silenced, what fired before.
import { byId, h, messageOf } from "../../shared/dom.js";
import { getJson } from "../../shared/http.js";
import { icon } from "../../shared/icons.js";
import {
  formatDateTime,
  formatDay,
  formatDuration,
  formatTimeOfDay,
} from "../../shared/time_format.js";
import { alertAddress } from "../logs/links.js";
import { alertItem } from "../panels/alert_list.js";
import { startPage } from "../shell.js";
import { silenceForm, silenceItem } from "../silences.js";
import { queryParameter, updateQuery } from "../url.js";

/** @typedef {import("../types").Alert} Alert */
/** @typedef {import("../types").Silence} Silence */
/**
 * @typedef {object} FiringInterval one time that an alert fired; `end` is null while it does
 * @property {string} name
 * @property {Record<string, string>} labels
 * @property {string} priority
 * @property {number} start
 * @property {number | null} end
 */

const REFRESH_MS = 10_000;
const RANGES = [
  ["now-1h", "1 hour"],
  ["now-6h", "6 hours"],
  ["now-24h", "24 hours"],
  ["now-7d", "7 days"],
];
const HEADINGS = ["Start", "Duration", "Priority", "Alert", "Service", "Logs"];

/**
 * Returns the sections of the page: heading, alerts, and the text where there are none.
 * @param {Alert[]} alerts
 * @returns {[string, Alert[], string][]}
 */
function sections(alerts) {
  const isInformative = (/** @type {Alert} */ { level }) => level === "news";
  const firing = alerts.filter(({ state }) => state === "firing");
  return [
    ["Firing", firing.filter((alert) => !isInformative(alert)), "No alert is firing."],
    ["Pending", alerts.filter(({ state }) => state === "pending"), "No alert is pending."],
    ["Informative", firing.filter(isInformative), "No informative alert is firing."],
  ];
}

/** @param {Alert} alert */
function currentAlert(alert) {
  const tag = alert.silences?.length ? h("span", { class: "tag" }, "silenced") : null;
  return alertItem(alert, tag, silenceForm(alert, show));
}

/** @param {[string, Alert[], string]} section */
function alertSection([heading, alerts, none]) {
  const count = alerts.length ? String(alerts.length) : "";
  const content = alerts.length
    ? h("ul", { class: "alerts" }, alerts.map(currentAlert))
    : h("p", { class: "no-items good" }, icon("good"), none);
  return h(
    "section",
    {},
    h("h2", {}, `${heading} `, h("span", { class: "muted" }, count)),
    content,
  );
}

/** @param {Silence[]} silences */
function silenceSection(silences) {
  const content = silences.length
    ? h(
        "ul",
        { class: "silences" },
        silences.map((silence) => silenceItem(silence, show)),
      )
    : h("p", { class: "no-items" }, "No silence is active. Each alert above can be silenced.");
  return h("section", {}, h("h2", {}, "Silences"), content);
}

async function show() {
  // A reader who is writing a silence is not disturbed.
  const open = document.querySelector(".silence[open]");
  if (open?.contains(document.activeElement)) return;
  try {
    const { alerts, silences } = await getJson("/api/alerts");
    byId("current").replaceChildren(
      ...sections(alerts).map(alertSection),
      silenceSection(silences),
    );
  } catch (error) {
    byId("current").replaceChildren(
      h("p", { class: "notice problem", role: "alert" }, icon("warning"), messageOf(error)),
    );
  }
}

/**
 * @param {FiringInterval} interval
 * @param {number} now
 */
function durationText({ start, end }, now) {
  return end ? formatDuration(end - start) : `${formatDuration(now - start)}, still firing`;
}

/**
 * Returns a row of the timeline: when the alerts of one name fired.
 * @param {string} name
 * @param {FiringInterval[]} intervals
 * @param {number} from
 * @param {number} to
 */
function timelineRow(name, intervals, from, to) {
  const percent = (/** @type {number} */ seconds) => `${(100 * seconds) / (to - from)}%`;
  const bars = intervals.map((interval) => {
    const { start, end } = interval;
    const width = `max(4px, ${percent((end ?? to) - start)})`;
    return h("span", {
      class: "firing-interval",
      title: `${formatDateTime(start)}, ${durationText(interval, to)}`,
      style: { left: percent(start - from), width },
    });
  });
  return h(
    "div",
    { class: "timeline-row" },
    h("span", { class: "name", title: name }, name),
    h("span", { class: "timeline-track" }, bars),
  );
}

/**
 * @param {FiringInterval[]} intervals
 * @param {number} from
 * @param {number} to
 */
function timeline(intervals, from, to) {
  const names = [...new Set(intervals.map(({ name }) => name))];
  const rows = names.map((name) => {
    const own = intervals.filter((interval) => interval.name === name);
    return timelineRow(name, own, from, to);
  });
  const ends = [from, to].map((time) =>
    h("span", {}, `${formatDay(time)} ${formatTimeOfDay(time, false)}`),
  );
  const axis = h("div", { class: "timeline-row axis muted" }, h("span"), h("span", {}, ends));
  return h("div", { class: "timeline" }, rows, axis);
}

/**
 * @param {FiringInterval[]} intervals
 * @param {number} to
 */
function historyTable(intervals, to) {
  const head = HEADINGS.map((text) => h("th", { scope: "col" }, text));
  const rows = intervals.map((interval) => {
    const { name, labels, priority, start } = interval;
    return h(
      "tr",
      {},
      h("td", {}, formatDateTime(start)),
      h("td", {}, durationText(interval, to)),
      h("td", {}, priority),
      h("td", {}, h("b", {}, name)),
      h("td", {}, labels.service ?? labels.instance ?? ""),
      h("td", {}, h("a", { href: alertAddress(labels, start) }, "Logs")),
    );
  });
  return h(
    "div",
    { class: "table table-card", tabindex: 0 },
    h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)),
  );
}

/** @param {string} chosen */
function rangeButtons(chosen) {
  const buttons = RANGES.map(([from, text]) =>
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String(from === chosen),
        onclick: () => updateQuery({ from }),
      },
      text,
    ),
  );
  return h("span", { class: "range-buttons" }, buttons);
}

async function showHistory() {
  const range = queryParameter("from", "now-24h");
  const body = h("div", {}, h("p", { class: "muted" }, "…"));
  byId("history").replaceChildren(h("h2", {}, "History ", rangeButtons(range)), body);
  try {
    const { intervals, from, to } = await getJson("/api/alerts/history", {
      from: range,
      to: "now",
    });
    if (intervals.length) {
      body.replaceChildren(timeline(intervals, from, to), historyTable(intervals, to));
    } else {
      const none = "No alert fired in this time range.";
      body.replaceChildren(h("p", { class: "no-items good" }, icon("good"), none));
    }
  } catch (error) {
    body.replaceChildren(h("p", { class: "problem", role: "alert" }, messageOf(error)));
  }
}

startPage();
byId("main").classList.add("narrow");
byId("main").replaceChildren(
  h("h1", {}, "Alerts"),
  h("div", { id: "current" }),
  h("section", { id: "history" }),
);
show();
showHistory();
setInterval(() => document.hidden || show(), REFRESH_MS);
addEventListener("urlchange", showHistory);
