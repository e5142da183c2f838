// The alerts page: what fires, what is silenced, what fired before.
import { ask } from "../../shared/http.js";
import { byId, h } from "../../shared/dom.js";
import { clock, day, lasting, moment } from "../../shared/format.js";
import { start } from "../shell.js";
import { icon } from "../../shared/icons.js";
import { alertItem } from "../panels/alert_list.js";
import { go, parameter } from "../url.js";
import { silenceForm, silenceItem } from "../silences.js";

const EVERY_MS = 10_000;
const RANGES = [["now-1h", "1 hour"], ["now-6h", "6 hours"], ["now-24h", "24 hours"], ["now-7d", "7 days"]];
const NEWS = ["P3", ""];

function sort(alerts) {
  const isNews = (alert) => NEWS.includes(alert.labels.priority ?? "");
  return [
    ["Firing", alerts.filter((alert) => alert.state === "firing" && !isNews(alert)), "Nothing fires."],
    ["About to fire", alerts.filter((alert) => alert.state === "pending"), "Nothing is about to fire."],
    ["News and watch", alerts.filter((alert) => alert.state === "firing" && isNews(alert)), "No news."],
  ];
}

function item(alert) {
  const held = alert.silences.length ? h("span", { class: "tag" }, "silenced") : null;
  return alertItem(alert, held, silenceForm(alert, show));
}

async function show() {
  // Who is writing a silence is not disturbed.
  if (document.querySelector(".silence[open]")?.contains(document.activeElement)) return;
  try {
    const { alerts, silences } = await ask("/api/alerts");
    byId("current").replaceChildren(
      ...sort(alerts).map(([heading, found, none]) =>
        h("section", {}, h("h2", {}, `${heading} `, h("span", { class: "quiet" }, String(found.length || ""))),
          found.length ? h("ul", { class: "alerts" }, found.map(item)) : h("p", { class: "nothing good" }, icon("good"), none))),
      h("section", {}, h("h2", {}, "Silences"),
        silences.length ? h("ul", { class: "silences" }, silences.map((one) => silenceItem(one, show)))
          : h("p", { class: "nothing" }, "None. An alert above can be silenced for a while.")));
  } catch (error) {
    byId("current").replaceChildren(h("p", { class: "notice problem", role: "alert" }, icon("warning"), error.message));
  }
}

function lane(name, spells, from, to) {
  const share = (time) => `${(100 * (time - from)) / (to - from)}%`;
  const bars = spells.map(({ start, end }) => {
    const until = end ?? to;
    const text = `${moment(start)}, ${lasting(until - start)}${end ? "" : ", still firing"}`;
    return h("span", { class: "spell", title: text, style: { left: share(start), width: `max(4px, ${(100 * (until - start)) / (to - from)}%)` } });
  });
  return h("div", { class: "lane" }, h("span", { class: "name", title: name }, name), h("span", { class: "track" }, bars));
}

function table(spells, to) {
  const row = ({ name, labels, start, end }) =>
    h("tr", {}, h("td", {}, moment(start)), h("td", {}, end ? lasting(end - start) : `${lasting(to - start)}, still firing`),
      h("td", {}, labels.priority ?? ""), h("td", {}, h("b", {}, name)), h("td", {}, labels.service ?? labels.instance ?? ""));
  const heads = ["From", "For", "Priority", "Alert", "Service"].map((text) => h("th", { scope: "col" }, h("button", { type: "button", disabled: true }, text)));
  return h("div", { class: "table", tabindex: 0 }, h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, spells.map(row))));
}

async function showHistory() {
  const range = parameter("from", "now-24h");
  const pick = h("span", { class: "picks" }, RANGES.map(([from, text]) =>
    h("button", { type: "button", "aria-pressed": String(from === range), onclick: () => go({ from }) }, text)));
  const body = h("div", {}, h("p", { class: "quiet" }, "…"));
  byId("history").replaceChildren(h("h2", {}, "History ", pick), body);
  try {
    const { spells, from, to } = await ask("/api/alerts/history", { from: range, to: "now" });
    const names = [...new Set(spells.map((spell) => spell.name))];
    const lanes = names.map((name) => lane(name, spells.filter((spell) => spell.name === name), from, to));
    const axis = h("div", { class: "lane axis quiet" }, h("span"), h("span", {}, h("span", {}, `${day(from)} ${clock(from, false)}`), h("span", {}, `${day(to)} ${clock(to, false)}`)));
    body.replaceChildren(...(spells.length ? [h("div", { class: "lanes" }, lanes, axis), table(spells, to)] : [h("p", { class: "nothing good" }, icon("good"), "Nothing fired.")]));
  } catch (error) {
    body.replaceChildren(h("p", { class: "problem", role: "alert" }, error.message));
  }
}

start();
byId("main").classList.add("narrow");
byId("main").replaceChildren(h("h1", {}, "Alerts"), h("div", { id: "current" }), h("section", { id: "history" }));
show();
showHistory();
setInterval(() => document.hidden || show(), EVERY_MS);
addEventListener("placechange", showHistory);
