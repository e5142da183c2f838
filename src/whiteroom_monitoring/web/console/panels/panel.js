// A panel: its frame, its menu, and what stands in it; a notice where it can't be shown.
import { Chart } from "./timeseries.js";
import { h } from "../../shared/dom.js";
import { drawBars, drawGauge, drawStat } from "./stat.js";
import { Heatmap } from "./heatmap.js";
import { icon } from "../../shared/icons.js";
import { drawAlerts, drawLogs } from "./alert_list.js";
import { kept, view } from "../url.js";
import { columnsOf, drawTable } from "./table.js";

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

// What opens below a sign. It is filled when it is opened: most never are.
function popup(sign, label, kind, fill) {
  const pop = h("div", { class: `pop ${kind}` });
  const summary = h("summary", { "aria-label": label, onclick: () => pop.replaceChildren(...fill()) }, icon(sign));
  return h("details", { class: "menu" }, summary, pop);
}

export class Panel {
  // `deck` has `zoom(from, to)`, `open(key)`, `alone` and `marks`.
  constructor(deck, { key, title, type }) {
    Object.assign(this, { deck, key, type, asTable: false, outdated: true, data: null, drawing: null });
    this.body = h("div", { class: "body" });
    this.info = popup("info", `What ${title} means`, "about", () => this.meaning());
    this.info.hidden = true;
    this.menu = popup("more", `Menu of ${title}`, "", () => this.choices());
    this.foot = h("p", { class: "foot", hidden: true });
    this.heading = h("h3", {}, title);
    const head = h("header", {}, this.heading, this.info, this.menu);
    this.element = h("section", { class: `panel kind-${type}`, tabindex: -1, "aria-label": title || type, "data-key": key }, head, this.body, this.foot);
    this.element.classList.add("loading");
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
    this.info.hidden = !data.about && !data.links?.length;
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
    this.draw();
  }

  choices() {
    const item = (text, key, act) =>
      h("button", { type: "button", onclick: () => { this.menu.open = false; act(); } }, text, h("kbd", {}, key));
    const found = [item(this.deck.alone ? "Back to the dashboard" : "View alone", "v", () => this.deck.open(this.key))];
    if (!["text", "alertlist", "logs", "table"].includes(this.type)) {
      found.push(item(this.asTable ? "Show as drawn" : "Show as table", "t", () => this.toggleTable()));
    }
    if (!["text", "alertlist", "logs"].includes(this.type)) found.push(item("Explore the query", "e", () => this.explore()));
    return found;
  }

  meaning() {
    const { about, links } = this.data;
    const leads = links.map((link) => h("a", { href: kept(link), target: link.blank && "_blank", rel: "noopener noreferrer" }, link.title));
    return [h("div", { class: "prose", safeHtml: about }), ...leads];
  }

  explore() {
    const [expression] = Object.values(this.data?.queries ?? {});
    if (!expression) return;
    const asked = new URLSearchParams(view().filter(([name]) => !name.startsWith("var-")));
    asked.set("expr", expression);
    location.href = `/explore?${asked}`;
  }
}
