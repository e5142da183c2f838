// The targets page: what Prometheus scrapes, and whether it could.
import { ask } from "../../shared/http.js";
import { byId, h } from "../../shared/dom.js";
import { lasting, written } from "../../shared/format.js";
import { start } from "../shell.js";
import { icon } from "../../shared/icons.js";

const EVERY_MS = 10_000;
const SIGNS = { up: ["good", "up"], down: ["bad", "down"], unknown: ["unknown", "not scraped yet"] };
const SECONDS = { steps: [[1e-6, 1e-6, " µs"], [1e-3, 1e-3, " ms"], [1, 1, " s"]] };

function row({ health, labels, lastError, lastScrape, lastScrapeDuration, scrapeUrl }) {
  const [sign, word] = SIGNS[health];
  const since = Math.max(0, (Date.now() - Date.parse(lastScrape)) / 1000);
  return h("tr", { class: health },
    h("td", {}, h("span", { class: `state ${sign}` }, icon(sign), word)),
    h("td", {}, h("b", {}, labels.job)), h("td", {}, labels.service ?? ""),
    h("td", {}, h("code", {}, scrapeUrl), lastError ? h("p", { class: "problem" }, lastError) : null),
    h("td", { class: "right" }, health === "unknown" ? "–" : `${lasting(since)} ago`),
    h("td", { class: "right" }, health === "unknown" ? "–" : written(lastScrapeDuration, SECONDS)));
}

async function show() {
  try {
    const { targets } = await ask("/api/targets");
    const down = targets.filter((target) => target.health === "down").length;
    byId("sum").textContent = down ? `${down} of ${targets.length} are down.` : `All ${targets.length} answer.`;
    targets.sort((a, b) => (a.health === "down" ? 0 : 1) - (b.health === "down" ? 0 : 1) || a.labels.job.localeCompare(b.labels.job));
    byId("rows").replaceChildren(...targets.map(row));
  } catch (error) {
    byId("sum").textContent = error.message;
    byId("rows").replaceChildren();
  }
}

start();
const heads = ["State", "Job", "Service", "Address", "Scraped", "Took"].map((text, index) =>
  h("th", { scope: "col", class: index > 3 ? "right" : "" }, h("button", { type: "button", disabled: true }, text)));
byId("main").classList.add("narrow");
byId("main").replaceChildren(
  h("h1", {}, "Targets"), h("p", { id: "sum", class: "quiet", role: "status" }),
  h("div", { class: "table sheet", tabindex: 0 }, h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", { id: "rows" }))));
show();
setInterval(() => document.hidden || show(), EVERY_MS);
