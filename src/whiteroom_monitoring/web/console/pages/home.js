// The home page: is White Room well? And the dashboards, each summed up in a few figures.
import { ask, askEach } from "../../shared/http.js";
import { byId, h } from "../../shared/dom.js";
import { drawStat } from "../panels/stat.js";
import { start, title } from "../shell.js";
import { icon } from "../../shared/icons.js";

const EVERY_MS = 10_000;
const SIGNS = { well: "good", care: "warning", trouble: "bad", unknown: "unknown" };

function verdict({ state, line, reasons }) {
  return h("section", { class: `verdict ${state}`, "aria-live": "polite" },
    icon(SIGNS[state], state),
    h("div", {}, h("h1", {}, line), h("ul", {}, reasons.map((reason) => h("li", {}, reason))),
      state === "well" ? null : h("a", { href: "/alerts" }, "See the alerts")));
}

function card({ uid, slug, title, question, panels }) {
  const figures = h("div", { class: "card-figures" }, panels.map((id) => h("div", { class: "card-figure", "data-id": id })));
  return h("article", { class: "card", "data-uid": uid },
    h("h2", {}, h("a", { href: `/d/${uid}/${slug}` }, title)), h("div", { class: "quiet", safeHtml: question }), figures);
}

function drawFigure(figure, panel) {
  const body = h("div", { class: "card-value" });
  if (panel.figures?.length) drawStat(body, panel);
  else body.textContent = panel.problem || panel.notice || panel.noValue || "no data";
  figure.replaceChildren(body, h("span", { class: "quiet" }, panel.title));
}

async function fill(card) {
  const figures = new Map([...card.querySelectorAll(".card-figure")].map((figure) => [figure.dataset.id, figure]));
  if (!figures.size) return;
  const asked = [["from", "now-15m"], ["to", "now"], ...[...figures.keys()].map((id) => ["panel", `100:${id}`])];
  try {
    await askEach(`/api/dashboards/${card.dataset.uid}/panels`, asked, {}, (panel) => drawFigure(figures.get(panel.key), panel));
  } catch (error) {
    for (const figure of figures.values()) drawFigure(figure, { problem: error.message });
  }
}

let shown = "";

async function show() {
  const home = await ask("/api/home").catch((error) => ({
    state: "unknown", line: "Nobody knows how White Room is.", reasons: [error.message], dashboards: null,
  }));
  title(home.line.replace(/\.$/, ""));
  byId("verdict").replaceChildren(verdict(home));
  if (!home.dashboards) return;
  const kind = JSON.stringify(home.dashboards);
  if (kind !== shown) byId("cards").replaceChildren(...home.dashboards.map(card));
  shown = kind;
  await Promise.all([...document.querySelectorAll(".card")].map(fill));
}

start();
byId("main").classList.add("narrow");
byId("main").replaceChildren(h("div", { id: "verdict" }), h("div", { id: "cards", class: "cards" }));
show();
setInterval(() => document.hidden || show(), EVERY_MS);
