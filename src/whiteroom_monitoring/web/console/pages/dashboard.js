// The dashboard page: toolbar, sections and panels. It loads what is in sight.
import { announce, byId, h, messageOf } from "../../shared/dom.js";
import { expectRequest, getJson } from "../../shared/http.js";
import { addShortcut } from "../keyboard.js";
import { loadPanels } from "../panel_loader.js";
import { Panel } from "../panels/panel.js";
import { setTitle, startPage } from "../shell.js";
import { variableMenu } from "../template_variables.js";
import { TimePicker } from "../time_picker.js";
import { linkAddress, navigate, queryParameter, requestParameters, updateQuery } from "../url.js";

/** @typedef {import("../types").Annotation} Annotation */
/** @typedef {import("../types").Dashboard} Dashboard */
/** @typedef {import("../types").PanelLayout} PanelLayout */
/** @typedef {import("../types").Section} Section */

const SIGHT_MARGIN = "300px";
const GRID_ROW_PX = 38;
const LEAST_ROWS = 4;
// A panel that is this small or smaller takes half the width of a phone.
const SMALL = 6;
// What arrives within so long is drawn at once, in one frame instead of one for each panel.
const FIRST_BATCH_MS = 200;
const REFRESH_BATCH_MS = 500;

export class DashboardPage {
  constructor() {
    /** @type {string | null} */
    this.uid = null;
    /** @type {Dashboard | null} */
    this.dashboard = null;
    /** @type {Map<string, Panel>} */
    this.panels = new Map();
    /** @type {Annotation[]} */
    this.annotations = [];
    /** @type {Set<Panel>} */
    this.inSight = new Set();
    /** @type {Set<AbortController>} */
    this.requests = new Set();
    /** @type {Element | null} */
    this.hovered = null;
    this.latestVisit = 0;
    this.shownSections = "";
    this.sightIsKnown = () => {};
    this.main = byId("main");
    this.times = new TimePicker(() => this.refresh());
    this.toolbar = h("div", { class: "toolbar" });
    this.observer = new IntersectionObserver((entries) => this.updateSight(entries), {
      rootMargin: SIGHT_MARGIN,
    });
    this.listen();
  }

  listen() {
    addEventListener("urlchange", () => this.visit());
    this.main.addEventListener("mouseover", (event) => {
      this.hovered = event.target?.closest?.(".panel") ?? null;
    });
    addShortcut("v", "view the panel alone, or all", () =>
      this.withPanel((panel) => this.toggleView(panel.key)),
    );
    addShortcut("t", "show the panel as table or chart", () =>
      this.withPanel((panel) => panel.hasTable() && panel.toggleTable()),
    );
    addShortcut("e", "explore the panel's query", () => this.withPanel((panel) => panel.explore()));
    addShortcut("l", "logs of the panel's services, of the minute at the crosshair", () =>
      this.withPanel((panel) => panel.hasLogs && location.assign(panel.logsAddress())),
    );
    addShortcut("Escape", "back to all panels", () => {
      if (this.viewedPanel) this.toggleView(this.viewedPanel);
    });
  }

  // The key of the panel that is shown alone.
  get viewedPanel() {
    return queryParameter("viewPanel") || null;
  }

  /**
   * Calls `act` with the panel that has the focus or the mouse.
   * @param {(panel: Panel) => void} act
   */
  withPanel(act) {
    const element = document.activeElement?.closest(".panel") ?? this.hovered;
    const key = element instanceof HTMLElement ? element.dataset.key : this.viewedPanel;
    const panel = this.panels.get(key ?? "");
    if (panel) act(panel);
  }

  /** @param {string} key */
  toggleView(key) {
    updateQuery({ viewPanel: this.viewedPanel === key ? null : key });
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  zoom(from, to) {
    this.times.zoom(from, to);
  }

  /** @param {{ from: number, to: number }} range that panels show */
  showRange(range) {
    this.times.showRange(range);
  }

  // Shows what the address says. (A link replaces everything, a refresh only the data.)
  async visit() {
    const uid = decodeURIComponent(location.pathname.split("/")[2]);
    const visit = ++this.latestVisit;
    try {
      const dashboard = await getJson(`/api/dashboards/${uid}`, requestParameters());
      if (visit === this.latestVisit) this.show(uid, dashboard);
    } catch (error) {
      if (visit === this.latestVisit) this.showProblem(messageOf(error));
    }
  }

  /**
   * @param {string} uid
   * @param {Dashboard} dashboard
   */
  show(uid, dashboard) {
    if (uid !== this.uid) this.change(uid);
    this.dashboard = dashboard;
    setTitle(dashboard.title);
    if (dashboard.problem) announce(dashboard.problem);
    this.drawToolbar(dashboard);
    this.drawSections(dashboard.sections);
  }

  /** @param {string} uid of another dashboard than before */
  change(uid) {
    const isFirst = this.uid === null;
    this.uid = uid;
    this.shownSections = "";
    this.annotations = [];
    this.times.range = null;
    if (isFirst) return;
    scrollTo(0, 0);
    this.main.focus({ preventScroll: true });
  }

  /** @param {string} problem */
  showProblem(problem) {
    this.uid = null;
    this.shownSections = "";
    this.main.replaceChildren(
      h(
        "div",
        { class: "empty-page" },
        h("h1", {}, "This dashboard can't be shown"),
        h("p", {}, problem),
      ),
    );
  }

  /** @param {Dashboard} dashboard */
  drawToolbar({ title, description, links, variables, time, refresh, from, to }) {
    this.times.update({ ...time, refresh });
    this.times.showRange({ from, to });
    const anchors = links.map((link) =>
      h("a", { href: linkAddress(link), target: link.blank && "_blank" }, link.title),
    );
    const open = this.openVariable()?.dataset.variable;
    this.toolbar.replaceChildren(
      h(
        "div",
        { class: "heading" },
        h("h1", {}, title),
        h("div", { class: "description muted", sanitizedHtml: description }),
      ),
      h("nav", { class: "dashboard-links", "aria-label": "Other dashboards" }, anchors),
      h("div", { class: "variables" }, variables.map(variableMenu)),
      this.times.element,
    );
    const reopened = this.toolbar.querySelector(`[data-variable="${open}"]`);
    reopened?.parentElement?.setAttribute("open", "");
  }

  // The menu of a variable that is open.
  openVariable() {
    const menu = this.toolbar.querySelector("details[open] [data-variable]");
    return /** @type {HTMLElement | null} */ (menu);
  }

  /** @param {Section[]} sections */
  drawSections(sections) {
    const description = JSON.stringify([sections, this.viewedPanel]);
    if (description === this.shownSections) {
      this.refresh();
      return;
    }
    this.shownSections = description;
    this.removePanels();
    const content = this.viewedPanel
      ? [this.singlePanel(sections, this.viewedPanel)]
      : sections.map((section) => this.section(section));
    this.main.replaceChildren(this.toolbar, ...content);
    this.sightIsKnown();
    // The browser says later what is in sight.
    if (this.panels.size) this.sightIsKnown = expectRequest();
    for (const { element } of this.panels.values()) this.observer.observe(element);
  }

  removePanels() {
    this.observer.disconnect();
    this.inSight.clear();
    this.abortRequests();
    for (const panel of this.panels.values()) panel.destroy();
    this.panels.clear();
  }

  /**
   * @param {Section[]} sections
   * @param {string} key
   */
  singlePanel(sections, key) {
    const layout = sections.flatMap(({ panels }) => panels).find((panel) => panel.key === key);
    if (!layout) return h("div", { class: "empty-page" }, `This dashboard has no panel ${key}.`);
    const back = () => this.toggleView(key);
    const { element } = this.addPanel(layout);
    element.classList.add("alone");
    return h(
      "div",
      {},
      h("button", { type: "button", class: "plain back", onclick: back }, "← All panels"),
      element,
    );
  }

  /** @param {Section} section */
  section({ key, title, collapsed, panels }) {
    const elements = panels.map((layout) => this.placedPanel(layout));
    const grid = h("div", { class: "grid" }, elements);
    if (!title) return grid;
    return h(
      "details",
      { class: "section", open: !collapsed, "data-key": key },
      h("summary", {}, h("h2", {}, title)),
      grid,
    );
  }

  /** @param {PanelLayout} layout */
  placedPanel(layout) {
    const [x, y, width, height] = layout.gridPos;
    const { element } = this.addPanel(layout);
    element.style.gridColumn = `${x + 1} / span ${width}`;
    element.style.gridRow = `${y + 1} / span ${height}`;
    element.style.setProperty("--height", `${Math.max(LEAST_ROWS, height) * GRID_ROW_PX}px`);
    element.classList.toggle("small", width <= SMALL && height <= SMALL);
    return element;
  }

  /** @param {PanelLayout} layout */
  addPanel(layout) {
    const panel = new Panel(this, layout);
    this.panels.set(layout.key, panel);
    return panel;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  updateSight(entries) {
    for (const { target, isIntersecting } of entries) {
      const panel = this.panels.get(/** @type {HTMLElement} */ (target).dataset.key ?? "");
      if (!panel) continue;
      if (isIntersecting) this.inSight.add(panel);
      else this.inSight.delete(panel);
    }
    this.load(
      [...this.inSight].filter((panel) => panel.outdated),
      FIRST_BATCH_MS,
    );
    this.sightIsKnown();
  }

  // Loads what is in sight anew; the rest is loaded when the reader gets there.
  refresh() {
    if (this.uid === null) {
      this.visit();
      return;
    }
    this.abortRequests();
    for (const panel of this.panels.values()) panel.outdated = true;
    this.load([...this.inSight], REFRESH_BATCH_MS);
  }

  abortRequests() {
    for (const request of this.requests) request.abort();
    this.requests.clear();
  }

  /**
   * @param {Panel[]} panels
   * @param {number} batchMs
   */
  load(panels, batchMs) {
    if (!panels.length) return;
    const request = new AbortController();
    this.requests.add(request);
    loadPanels(this, panels, { batchMs, signal: request.signal }).finally(() =>
      this.requests.delete(request),
    );
  }

  /** @param {Annotation[]} annotations */
  showAnnotations(annotations) {
    const hasChanged = JSON.stringify(annotations) !== JSON.stringify(this.annotations);
    this.annotations = annotations;
    if (!hasChanged) return;
    for (const panel of this.inSight) if (panel.chart) panel.draw();
  }
}

/**
 * Shows a dashboard that a link leads to on this page, which takes no other one.
 * @param {MouseEvent} event
 */
function followLink(event) {
  const link = event.target?.closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement) || link.target || event.button) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || !link.pathname.startsWith("/d/")) return;
  event.preventDefault();
  link.closest("details.menu")?.removeAttribute("open");
  navigate(link.href);
}

startPage();
addEventListener("click", followLink);
new DashboardPage().visit();
