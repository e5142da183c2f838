// The home page: the state of what is watched, and the dashboards with their first values.
import { byId, h, messageOf } from "../../shared/dom.js";
import { getJson, streamJson } from "../../shared/http.js";
import { icon } from "../../shared/icons.js";
import { decodePanel } from "../panel_data.js";
import { drawStat } from "../panels/stat.js";
import { setTitle, startPage } from "../shell.js";

/** @typedef {"well" | "degraded" | "trouble" | "unknown"} State */
/** @typedef {{ state: State, line: string, reasons: string[], dashboards: Card[] | null }} Home */
/** @typedef {{ uid: string, slug: string, title: string, description: string, panels: number[] }} Card */

const REFRESH_MS = 10_000;
const POINTS = 100;
/** @type {Record<State, import("../../shared/icons.js").IconName>} */
const SIGNS = { well: "good", degraded: "warning", trouble: "bad", unknown: "unknown" };

/** @param {Home} home */
function status({ state, line, reasons }) {
  return h(
    "section",
    { class: `status ${state}`, "aria-live": "polite" },
    icon(SIGNS[state], state),
    h(
      "div",
      {},
      h("h1", {}, line),
      h(
        "ul",
        {},
        reasons.map((reason) => h("li", {}, reason)),
      ),
      state === "well" ? null : h("a", { href: "/alerts" }, "See the alerts"),
    ),
  );
}

/** @param {Card} dashboard */
function card({ uid, slug, title, description, panels }) {
  return h(
    "article",
    { class: "card", "data-uid": uid },
    h("h2", {}, h("a", { href: `/d/${uid}/${slug}` }, title)),
    h("div", { class: "muted", sanitizedHtml: description }),
    h(
      "div",
      { class: "card-stats" },
      panels.map((id) => h("div", { class: "card-stat", "data-id": id })),
    ),
  );
}

/**
 * @param {Element | undefined} element
 * @param {any} panel
 */
function drawCardStat(element, panel) {
  const value = h("div", {});
  if (panel.singleValues?.length) drawStat(value, panel);
  else value.textContent = panel.problem || panel.notice || panel.noValue || "no data";
  element?.replaceChildren(value, h("span", { class: "muted" }, panel.title ?? ""));
}

/** @param {HTMLElement} element */
async function loadCard(element) {
  const stats = /** @type {HTMLElement[]} */ ([...element.querySelectorAll(".card-stat")]);
  const byKey = new Map(stats.map((stat) => [stat.dataset.id, stat]));
  if (!stats.length) return;
  /** @type {[string, string][]} */
  const panels = stats.map(({ dataset }) => ["panel", `${POINTS}:${dataset.id}`]);
  const path = `/api/dashboards/${element.dataset.uid}/panels`;
  try {
    await streamJson(path, [["from", "now-15m"], ["to", "now"], ...panels], {}, (panel) =>
      drawCardStat(byKey.get(panel.key), decodePanel(panel)),
    );
  } catch (error) {
    for (const stat of stats) drawCardStat(stat, { problem: messageOf(error) });
  }
}

let shownDashboards = "";

async function show() {
  /** @type {Home} */
  const home = await getJson("/api/home").catch((error) => ({
    state: "unknown",
    line: "Status unknown.",
    reasons: [error.message],
    dashboards: null,
  }));
  setTitle(home.line.replace(/\.$/, ""));
  byId("state").replaceChildren(status(home));
  if (!home.dashboards) return;
  const dashboards = JSON.stringify(home.dashboards);
  if (dashboards !== shownDashboards) byId("cards").replaceChildren(...home.dashboards.map(card));
  shownDashboards = dashboards;
  const cards = /** @type {HTMLElement[]} */ ([...byId("cards").children]);
  await Promise.all(cards.map(loadCard));
}

startPage();
byId("main").classList.add("narrow");
byId("main").replaceChildren(h("div", { id: "state" }), h("div", { id: "cards", class: "cards" }));
show();
setInterval(() => document.hidden || show(), REFRESH_MS);
