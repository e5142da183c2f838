// The home page: is White Room well? And the dashboards, each summed up in a few figures.
import { ask } from "./api.js";
import { byId, h } from "./dom.js";
import { drawStat } from "./figures.js";
import { start, title } from "./frame.js";
import { icon } from "./icons.js";

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

async function fill(figure, uid) {
  const body = h("div", { class: "card-value" });
  const name = h("span", { class: "quiet" });
  try {
    const panel = await ask(`/api/dashboards/${uid}/panels/${figure.dataset.id}`, { from: "now-15m", to: "now", points: 100 });
    name.textContent = panel.title;
    if (panel.figures?.length) drawStat(body, panel);
    else body.textContent = panel.problem || panel.notice || panel.noValue || "no data";
  } catch (error) {
    body.textContent = error.message;
  }
  figure.replaceChildren(body, name);
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
  const figures = [...document.querySelectorAll(".card-figure")];
  await Promise.all(figures.map((figure) => fill(figure, figure.closest(".card").dataset.uid)));
}

start();
byId("main").classList.add("narrow");
byId("main").replaceChildren(h("div", { id: "verdict" }), h("div", { id: "cards", class: "cards" }));
show();
setInterval(() => document.hidden || show(), EVERY_MS);
