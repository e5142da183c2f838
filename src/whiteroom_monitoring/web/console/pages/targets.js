// The targets page: what Prometheus scrapes, and whether it could.
import { byId, h, messageOf } from "../../shared/dom.js";
import { formatValue } from "../../shared/format.js";
import { getJson } from "../../shared/http.js";
import { icon } from "../../shared/icons.js";
import { formatDuration } from "../../shared/time_format.js";
import { startPage } from "../shell.js";

/**
 * @typedef {object} Target as Prometheus describes it
 * @property {"up" | "down" | "unknown"} health
 * @property {Record<string, string>} labels
 * @property {string} lastError
 * @property {string} lastScrape
 * @property {number} lastScrapeDuration in seconds
 * @property {string} scrapeUrl
 */

const REFRESH_MS = 10_000;
/** @type {Record<Target["health"], [import("../../shared/icons.js").IconName, string]>} */
const STATES = {
  up: ["good", "up"],
  down: ["bad", "down"],
  unknown: ["unknown", "not scraped yet"],
};
/** @type {import("../../shared/types").Unit} */
const SECONDS = {
  steps: [
    [1e-6, 1e-6, " µs"],
    [1e-3, 1e-3, " ms"],
    [1, 1, " s"],
  ],
};
const HEADINGS = ["State", "Job", "Service", "Address", "Last scrape", "Duration"];
const FIRST_RIGHT_ALIGNED = 4;

/** @param {Target} target */
function row({ health, labels, lastError, lastScrape, lastScrapeDuration, scrapeUrl }) {
  const [sign, text] = STATES[health];
  const age = Math.max(0, (Date.now() - Date.parse(lastScrape)) / 1000);
  const isScraped = health !== "unknown";
  return h(
    "tr",
    { class: health },
    h("td", {}, h("span", { class: `state ${sign}` }, icon(sign), text)),
    h("td", {}, h("b", {}, labels.job)),
    h("td", {}, labels.service ?? ""),
    h(
      "td",
      {},
      h("code", {}, scrapeUrl),
      lastError ? h("p", { class: "problem" }, lastError) : null,
    ),
    h("td", { class: "right" }, isScraped ? `${formatDuration(age)} ago` : "–"),
    h("td", { class: "right" }, isScraped ? formatValue(lastScrapeDuration, SECONDS) : "–"),
  );
}

/** @param {Target[]} targets */
function summary(targets) {
  const down = targets.filter(({ health }) => health === "down").length;
  return down
    ? `${down} of ${targets.length} targets are down.`
    : `All ${targets.length} targets are up.`;
}

/**
 * Compares targets: those that are down come first.
 * @param {Target} a
 * @param {Target} b
 */
function compare(a, b) {
  const isDown = (/** @type {Target} */ { health }) => Number(health === "down");
  return isDown(b) - isDown(a) || a.labels.job.localeCompare(b.labels.job);
}

async function show() {
  try {
    const { targets } = await getJson("/api/targets");
    byId("summary").textContent = summary(targets);
    byId("rows").replaceChildren(...targets.sort(compare).map(row));
  } catch (error) {
    byId("summary").textContent = messageOf(error);
    byId("rows").replaceChildren();
  }
}

startPage();
const head = HEADINGS.map((text, index) =>
  h("th", { scope: "col", class: index >= FIRST_RIGHT_ALIGNED ? "right" : "" }, text),
);
byId("main").classList.add("narrow");
byId("main").replaceChildren(
  h("h1", {}, "Targets"),
  h("p", { id: "summary", class: "muted", role: "status" }),
  h(
    "div",
    { class: "table table-card", tabindex: 0 },
    h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", { id: "rows" })),
  ),
);
show();
setInterval(() => document.hidden || show(), REFRESH_MS);
