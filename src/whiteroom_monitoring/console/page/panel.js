// A panel: its frame, its menu, and what stands in it; a notice where it can't be shown.
import { Chart } from "./chart.js";
import { h } from "./dom.js";
import { drawBars, drawGauge, drawStat } from "./figures.js";
import { Heatmap } from "./heatmap.js";
import { icon } from "./icons.js";
import { drawAlerts, drawLogs } from "./lists.js";
import { kept, view } from "./place.js";
import { columnsOf, drawTable } from "./tables.js";

const MOST_POINTS = 500;

// Kinds that keep their drawing from one answer to the next.
const DRAWINGS = { timeseries: Chart, heatmap: Heatmap };
const SIMPLE = {
  stat: drawStat,
  gauge: drawGauge,
  bargauge: drawBars,
  alertlist: drawAlerts,
  logs: drawLogs,
  table: (host, panel) => drawTable(host, panel.columns, { nothing: panel.noValue ?? undefined, caption: panel.title }),
  text: (host, panel) => host.replaceChildren(h("div", { class: "prose", safeHtml: panel.html })),
};

function isEmpty(panel) {
  if (panel.figures) return !panel.figures.length;
  return panel.series !== undefined && !panel.series.some((one) => one.values.some((value) => value !== null));
}

function notice(kind, text) {
  const signs = { problem: "warning", notice: "info", nothing: "unknown" };
  return h("div", { class: `notice ${kind}`, role: kind === "problem" ? "alert" : "note" }, kind === "nothing" ? null : icon(signs[kind]), h("p", {}, text));
}

export class Panel {
  // `deck` has `zoom(from, to)`, `open(key)`, `marks` and `uid`.
  constructor(deck, { key, title, type }) {
    Object.assign(this, { deck, key, type, asTable: false, outdated: true, data: null, drawing: null });
    this.body = h("div", { class: "body" });
    this.info = h("details", { class: "menu", hidden: true });
    this.menu = h("details", { class: "menu" });
    this.foot = h("p", { class: "foot", hidden: true });
    this.heading = h("h3", {}, title);
    const head = h("header", {}, this.heading, this.info, this.menu);
    this.element = h("section", { class: `panel kind-${type}`, tabindex: -1, "aria-label": title || type, "data-key": key }, head, this.body, this.foot);
    this.element.classList.add("loading");
    this.fillMenu();
  }

  destroy() {
    this.drawing?.destroy();
  }

  // As many points as there is room for, in steps, so that viewers ask for the same; of more than
  // these, lines become no clearer.
  points() {
    const width = this.body.clientWidth || MOST_POINTS;
    return Math.max(100, Math.min(MOST_POINTS, Math.round(width / 100) * 100));
  }

  wait() {
    this.outdated = false;
    this.element.setAttribute("aria-busy", "true");
  }

  show(data) {
    this.data = data;
    this.element.classList.remove("loading");
    this.element.removeAttribute("aria-busy");
    this.draw();
  }

  draw() {
    const { data } = this;
    if (!data) return;
    if (data.title !== undefined && data.title !== this.heading.textContent) this.heading.textContent = data.title;
    this.fillInfo();
    this.foot.hidden = !data.notDrawn?.length;
    this.foot.textContent = this.foot.hidden ? "" : `Not drawn here: ${data.notDrawn.join(", ")}`;
    const message = data.problem || data.notice;
    if (message) this.stand(notice(data.problem ? "problem" : "notice", message));
    else if (isEmpty(data)) this.stand(notice("nothing", data.noValue ?? "No data in this time."));
    else if (this.asTable && this.hasTable()) this.drawAsTable();
    else this.drawOwn();
  }

  stand(element) {
    this.drop();
    this.body.replaceChildren(element);
  }

  drop() {
    this.drawing?.destroy();
    this.drawing = null;
  }

  drawAsTable() {
    this.drop();
    drawTable(this.body, columnsOf(this.data), { caption: this.data.title });
  }

  drawOwn() {
    const Drawing = DRAWINGS[this.data.type];
    if (!Drawing) {
      this.drop();
      SIMPLE[this.data.type](this.body, this.data);
      return;
    }
    this.drawing ??= new Drawing(this.body, (from, to) => this.deck.zoom(from, to));
    this.drawing.show(this.data, this.deck.marks);
  }

  hasTable() {
    return Boolean(this.data && (this.data.series || this.data.figures || this.data.columns));
  }

  toggleTable() {
    this.asTable = !this.asTable;
    this.fillMenu();
    this.draw();
  }

  fillMenu() {
    const item = (text, key, act) =>
      h("button", { type: "button", onclick: () => { this.menu.open = false; act(); } }, text, h("kbd", {}, key));
    this.menu.replaceChildren(
      h("summary", { "aria-label": `Menu of ${this.heading.textContent}` }, icon("more")),
      h("div", { class: "pop" },
        item(this.deck.alone ? "Back to the dashboard" : "View alone", "v", () => this.deck.open(this.key)),
        ["text", "alertlist", "logs", "table"].includes(this.type) ? null
          : item(this.asTable ? "Show as drawn" : "Show as table", "t", () => this.toggleTable()),
        ["text", "alertlist", "logs"].includes(this.type) ? null : item("Explore the query", "e", () => this.explore())));
  }

  fillInfo() {
    const { about, links = [] } = this.data;
    this.info.hidden = !about && !links.length;
    if (this.info.hidden || this.info.dataset.about === about) return;
    this.info.dataset.about = about;
    this.info.replaceChildren(
      h("summary", { "aria-label": `What ${this.heading.textContent} means` }, icon("info")),
      h("div", { class: "pop about" }, h("div", { class: "prose", safeHtml: about }),
        links.map((link) => h("a", { href: kept(link), target: link.blank && "_blank", rel: "noopener noreferrer" }, link.title))));
  }

  explore() {
    const [expression] = Object.values(this.data?.queries ?? {});
    if (!expression) return;
    const asked = new URLSearchParams(view().filter(([name]) => !name.startsWith("var-")));
    asked.set("expr", expression);
    location.href = `/explore?${asked}`;
  }
}
