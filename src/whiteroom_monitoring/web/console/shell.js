// What surrounds every page: navigation, theme, menus that close, keyboard shortcuts.
import { byId, h, messageOf } from "../shared/dom.js";
import { getJson } from "../shared/http.js";
import { icon } from "../shared/icons.js";
import { addShortcut, handleShortcut, showShortcuts } from "./keyboard.js";

/** @param {unknown} inside an element whose menu stays open */
function closeMenus(inside) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!(inside instanceof Node && menu.contains(inside))) menu.removeAttribute("open");
  }
}

/**
 * Moves a menu that would leave the window back into it.
 * @param {Event} event
 */
function keepInWindow(event) {
  const menu = event.target;
  if (!(menu instanceof HTMLDetailsElement && menu.matches(".menu[open]"))) return;
  const popup = /** @type {HTMLElement} */ (menu.querySelector(".popup"));
  popup.style.translate = "";
  const box = popup.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const shift = Math.min(0, width - 8 - box.right) || Math.max(0, 8 - box.left);
  popup.style.translate = `${shift}px`;
}

function toggleTheme() {
  const root = document.documentElement;
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  root.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  drawThemeButton();
  dispatchEvent(new Event("themechange"));
}

function drawThemeButton() {
  const isDark = document.documentElement.dataset.theme === "dark";
  byId("theme").replaceChildren(icon(isDark ? "sun" : "moon"));
}

async function listDashboards() {
  const { dashboards } = await getJson("/api/dashboards");
  const links = dashboards.map((/** @type {import("./types").Dashboard} */ { uid, slug, title }) =>
    h("a", { href: `/d/${uid}/${slug}` }, title),
  );
  byId("dashboards").replaceChildren(...links);
  markCurrentDashboard();
}

function markCurrentDashboard() {
  const current = location.pathname.split("/")[2];
  for (const link of byId("dashboards").querySelectorAll("a")) {
    const isCurrent = link.pathname.split("/")[2] === current;
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** @param {string} text */
export function setTitle(text) {
  document.title = `${text} · White Room Monitoring`;
}

/** @param {string} address */
const goTo = (address) => () => location.assign(address);

// Call it first on every page.
export function startPage() {
  const page = document.body.dataset.page;
  document.querySelector(`[data-nav="${page}"]`)?.setAttribute("aria-current", "page");
  drawThemeButton();
  byId("theme").addEventListener("click", toggleTheme);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
    handleShortcut(event);
  });
  addEventListener("urlchange", markCurrentDashboard);
  addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("toggle", keepInWindow, true);
  addShortcut("?", "this list", showShortcuts);
  addShortcut("h", "home", goTo("/"));
  addShortcut("a", "alerts", goTo("/alerts"));
  addShortcut("x", "explore", goTo("/explore"));
  addShortcut("g", "logs", goTo("/logs"));
  listDashboards().catch((error) => byId("dashboards").replaceChildren(messageOf(error)));
}
