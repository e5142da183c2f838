// The page of a dashboard: toolbar, sections, panels; loads what is in sight.
import { ask, hold } from "../../shared/http.js";
import { byId, h, say } from "../../shared/dom.js";
import { onKey, start, title } from "../shell.js";
import { load } from "../panel_loader.js";
import { Panel } from "../panels/panel.js";
import { go, kept, parameter, view, visit } from "../url.js";
import { TimePicker } from "../time_picker.js";
import { choice } from "../template_variables.js";

const NEAR = "300px";
const ROW_PX = 38;
// What comes within so long is drawn at once, in a frame instead of one for each.
const FIRST_MS = 200;
const REFRESH_MS = 500;

class Deck {
  constructor() {
    Object.assign(this, { uid: null, panels: new Map(), marks: [], inSight: new Set(), asking: new Set() });
    this.main = byId("main");
    this.sight = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: NEAR });
    addEventListener("placechange", () => this.follow());
    this.hovered = null;
    this.main.addEventListener("mouseover", (event) => (this.hovered = event.target.closest(".panel")));
    onKey("v", "view the panel alone, or all", () => this.withPanel((panel) => this.open(panel.key)));
    onKey("t", "the panel as a table, or drawn", () => this.withPanel((panel) => panel.hasTable() && panel.toggleTable()));
    onKey("e", "explore the panel's query", () => this.withPanel((panel) => panel.explore()));
    onKey("Escape", "back to all panels", () => this.alone && this.open(this.alone));
  }

  get alone() {
    return parameter("viewPanel") || null;
  }

  withPanel(act) {
    const element = document.activeElement.closest?.(".panel") ?? this.hovered;
    const panel = this.panels.get(element?.dataset.key ?? this.alone);
    if (panel) act(panel);
  }

  open(key) {
    go({ viewPanel: this.alone === key ? null : key });
  }

  zoom(from, to) {
    this.times.zoom(from, to);
  }

  // Shows what the address says. (What a link leads to replaces all; a refresh only the data.)
  async follow() {
    const uid = decodeURIComponent(location.pathname.split("/")[2]);
    const following = (this.following = {});
    let content;
    try {
      content = await ask(`/api/dashboards/${uid}`, view());
    } catch (error) {
      if (following === this.following) this.missing(error);
      return;
    }
    if (following !== this.following) return;
    if (uid !== this.uid) this.change(uid);
    this.content = content;
    title(this.content.title);
    if (this.content.problem) say(this.content.problem);
    this.drawToolbar();
    this.drawSections();
  }

  // To another dashboard.
  change(uid) {
    const first = this.uid === null;
    Object.assign(this, { uid, kind: null, marks: [] });
    if (first) return;
    scrollTo(0, 0);
    this.main.focus({ preventScroll: true });
  }

  missing(error) {
    Object.assign(this, { uid: null, kind: null });
    this.main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, "This dashboard can't be shown"), h("p", {}, error.message)));
  }

  drawToolbar() {
    const { content } = this;
    this.times ??= new TimePicker(() => this.refresh());
    this.times.update({ ...content.time, refresh: content.refresh });
    const links = content.links.map((link) => h("a", { href: kept(link), target: link.blank && "_blank" }, link.title));
    this.toolbar ??= h("div", { class: "toolbar" });
    const open = this.toolbar.querySelector("details[open] [data-variable]")?.dataset.variable;
    this.toolbar.replaceChildren(
      h("div", { class: "heading" }, h("h1", {}, content.title), h("div", { class: "question quiet", safeHtml: content.question })),
      h("nav", { class: "others", "aria-label": "Other dashboards" }, links),
      h("div", { class: "choices" }, content.variables.map(choice)),
      this.times.element);
    const again = this.toolbar.querySelector(`[data-variable="${open}"]`);
    if (again) again.parentElement.open = true;
  }

  drawSections() {
    const wanted = this.content.sections;
    const kind = JSON.stringify([wanted, this.alone]);
    if (kind === this.kind) {
      this.refresh();
      return;
    }
    this.kind = kind;
    this.sight.disconnect();
    this.inSight.clear();
    this.forget();
    for (const panel of this.panels.values()) panel.destroy();
    this.panels.clear();
    const parts = this.alone ? [this.single(wanted)] : wanted.map((section) => this.section(section));
    this.main.replaceChildren(this.toolbar, ...parts);
    this.told?.();
    // The browser says in its own time what is in sight.
    if (this.panels.size) this.told = hold();
    for (const panel of this.panels.values()) this.sight.observe(panel.element);
  }

  single(sections) {
    const found = sections.flatMap((section) => section.panels).find((panel) => panel.key === this.alone);
    if (!found) return h("div", { class: "empty" }, `There is no panel ${this.alone}.`);
    const back = h("button", { type: "button", class: "plain back", onclick: () => this.open(this.alone) }, "← All panels");
    const element = this.add(found).element;
    element.classList.add("alone");
    return h("div", {}, back, element);
  }

  section({ key, title: text, collapsed, panels }) {
    const grid = h("div", { class: "grid" }, panels.map((placed) => this.placed(placed)));
    if (!text) return grid;
    return h("details", { class: "section", open: !collapsed, "data-key": key },
      h("summary", {}, h("h2", {}, text)), grid);
  }

  placed(placed) {
    const [x, y, width, height] = placed.place;
    const { element } = this.add(placed);
    Object.assign(element.style, {
      gridColumn: `${x + 1} / span ${width}`,
      gridRow: `${y + 1} / span ${height}`,
    });
    element.style.setProperty("--height", `${Math.max(4, height) * ROW_PX}px`);
    element.classList.toggle("small", width <= 6 && height <= 6);
    return element;
  }

  add(placed) {
    const panel = new Panel(this, placed);
    this.panels.set(placed.key, panel);
    return panel;
  }

  seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const panel = this.panels.get(target.dataset.key);
      if (panel) this.inSight[isIntersecting ? "add" : "delete"](panel);
    }
    this.load([...this.inSight].filter((panel) => panel.outdated), FIRST_MS);
    this.told?.();
  }

  // What is out of sight is loaded when somebody gets there.
  refresh() {
    if (this.uid === null) return void this.follow();
    this.forget();
    for (const panel of this.panels.values()) panel.outdated = true;
    this.load([...this.inSight], REFRESH_MS);
  }

  forget() {
    for (const asking of this.asking) asking.abort();
    this.asking.clear();
  }

  load(panels, patience) {
    if (!panels.length) return;
    const asking = new AbortController();
    this.asking.add(asking);
    load(this, panels, { patience, signal: asking.signal }).finally(() => this.asking.delete(asking));
  }

  mark(marks) {
    const changed = JSON.stringify(marks) !== JSON.stringify(this.marks);
    this.marks = marks;
    if (changed) for (const panel of this.inSight) panel.drawing && panel.draw();
  }
}

// A link to a dashboard needs no other page: this one shows it, at once.
function followed(event) {
  const link = event.target.closest?.("a[href]");
  const elsewhere = !link || link.target || link.origin !== location.origin || !link.pathname.startsWith("/d/");
  if (elsewhere || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  link.closest("details.menu")?.removeAttribute("open");
  visit(link.href);
}

start();
addEventListener("click", followed);
new Deck().follow();
