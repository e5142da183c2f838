// What surrounds every page: navigation, theme, menus that close, keys.
import { ask } from "../shared/http.js";
import { byId, h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

const keys = new Map();

// Registers a key; `what` stands in the list of keys.
export function onKey(key, what, act) {
  keys.set(key, { what, act });
}

function pressed(event) {
  if (event.key === "Escape") closeMenus(null);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select") || document.querySelector("dialog[open]")) return;
  const found = keys.get(event.key);
  if (found) {
    event.preventDefault();
    found.act(event);
  }
}

function closeMenus(inside) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(inside)) menu.open = false;
  }
}

// A menu that would leave the window is moved back into it.
function keepInside(event) {
  const menu = event.target;
  if (!menu.matches?.("details.menu") || !menu.open) return;
  const pop = menu.querySelector(".pop");
  pop.style.translate = "";
  const box = pop.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const shift = Math.min(0, width - 8 - box.right) || Math.max(0, 8 - box.left);
  pop.style.translate = `${shift}px`;
}

function toggleTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
  drawTheme();
  dispatchEvent(new Event("themechange"));
}

function drawTheme() {
  const dark = document.documentElement.dataset.theme === "dark";
  byId("theme").replaceChildren(icon(dark ? "sun" : "moon"));
}

function showKeys() {
  const rows = [...keys].map(([key, { what }]) => h("li", {}, h("kbd", {}, key), what));
  const close = h("button", { class: "primary", onclick: () => dialog.close() }, "Close");
  const dialog = h("dialog", {}, h("h2", {}, "Keys"), h("ul", { class: "keys" }, rows), close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function listDashboards() {
  const { dashboards } = await ask("/api/dashboards");
  const links = dashboards.map(({ uid, slug, title }) =>
    h("a", { href: `/d/${uid}/${slug}` }, title),
  );
  byId("dashboards").replaceChildren(...links);
  markDashboard();
}

function markDashboard() {
  for (const link of byId("dashboards").querySelectorAll("a")) {
    if (link.pathname.split("/")[2] === location.pathname.split("/")[2]) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

export function title(text) {
  document.title = `${text} · White Room Monitoring`;
}

export function start() {
  const page = document.body.dataset.page;
  document.querySelector(`[data-nav="${page}"]`)?.setAttribute("aria-current", "page");
  drawTheme();
  byId("theme").addEventListener("click", toggleTheme);
  addEventListener("keydown", pressed);
  addEventListener("placechange", markDashboard);
  addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("toggle", keepInside, true);
  onKey("?", "this list", showKeys);
  onKey("h", "home", () => (location.href = "/"));
  onKey("a", "alerts", () => (location.href = "/alerts"));
  onKey("x", "explore", () => (location.href = "/explore"));
  listDashboards().catch((error) => byId("dashboards").replaceChildren(error.message));
}
