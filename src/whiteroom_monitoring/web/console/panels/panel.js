// A panel: its header, its menu and its content, or a notice where it can't be shown.
import { h } from "../../shared/dom.js";
import { icon } from "../../shared/icons.js";
import { loggedLinks, logsAddress, minuteOf } from "../logs/links.js";
import { linkAddress, viewParameters } from "../url.js";
import { explorerAddress } from "./logs.js";
import { PANEL_TYPES, UNKNOWN_TYPE } from "./panel_types.js";
import { drawTable, panelColumns } from "./table.js";

/** @typedef {import("../types").PanelData} PanelData */
/** @typedef {import("../types").PanelLayout} PanelLayout */
/** @typedef {import("../types").Annotation} Annotation */
/** @typedef {import("../pages/dashboard.js").DashboardPage} DashboardPage */

const MOST_POINTS = 500;
const LEAST_POINTS = 100;

/** @param {PanelData} data */
function hasNoData(data) {
  if (data.singleValues) return !data.singleValues.length;
  return data.series?.every(({ values }) => values.every((value) => value === null)) ?? false;
}

/**
 * @param {"problem" | "notice" | "no-data"} kind
 * @param {string} text
 */
function notice(kind, text) {
  const role = kind === "problem" ? "alert" : "note";
  const sign = kind === "no-data" ? null : icon(kind === "problem" ? "warning" : "info");
  return h("div", { class: `notice ${kind}`, role }, sign, h("p", {}, text));
}

/**
 * Makes a menu below an icon. It is filled when it opens: most never do.
 * @param {import("../../shared/icons.js").IconName} name
 * @param {string} label
 * @param {string} className
 * @param {() => HTMLElement[]} fill
 */
function popupMenu(name, label, className, fill) {
  const popup = h("div", { class: `popup ${className}` });
  const open = () => popup.replaceChildren(...fill());
  return h(
    "details",
    { class: "menu" },
    h("summary", { "aria-label": label, onclick: open }, icon(name)),
    popup,
  );
}

/**
 * Returns the values of each name, which may be there several times.
 * @param {[string, string][]} pairs
 * @returns {Record<string, string[]>}
 */
function valuesByName(pairs) {
  const names = [...new Set(pairs.map(([name]) => name))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      pairs.filter(([other]) => other === name).map(([, value]) => value),
    ]),
  );
}

/** @type {import("./panel_types.js").PanelType} */
const UNKNOWN_DRAWING = { hasTable: false, hasQuery: false };

export class Panel {
  /**
   * @param {DashboardPage} page
   * @param {PanelLayout} layout
   */
  constructor(page, { key, title, type }) {
    this.page = page;
    this.key = key;
    this.type = PANEL_TYPES[type] ?? UNKNOWN_TYPE;
    this.isTable = false;
    this.outdated = true;
    /** @type {PanelData | null} */
    this.data = null;
    /** @type {import("./panel_types.js").Chart | null} */
    this.chart = null;
    this.body = h("div", { class: "panel-body" });
    this.heading = h("h3", {}, title);
    this.info = popupMenu("info", `Description of ${title}`, "panel-description", () =>
      this.description(),
    );
    this.info.hidden = true;
    this.menu = popupMenu("more", `Menu of ${title}`, "", () => this.menuItems());
    this.footnote = h("p", { class: "footnote", hidden: true });
    this.element = h(
      "section",
      {
        class: `panel panel-${type} loading`,
        tabindex: -1,
        "aria-label": title || type,
        "data-key": key,
      },
      h("header", {}, this.heading, this.info, this.menu),
      this.body,
      this.footnote,
    );
  }

  destroy() {
    this.chart?.destroy();
  }

  // Asks for as many points as there is room for, in steps, so that viewers ask for the same; more
  // would make no line clearer.
  request() {
    const width = this.body.clientWidth || MOST_POINTS;
    const points = Math.round(width / 100) * 100;
    return `${Math.max(LEAST_POINTS, Math.min(MOST_POINTS, points))}:${this.key}`;
  }

  startLoading() {
    this.outdated = false;
    this.element.setAttribute("aria-busy", "true");
  }

  /** @param {PanelData} data */
  show(data) {
    this.data = data;
    this.element.classList.remove("loading");
    this.element.removeAttribute("aria-busy");
    // The page's range moves with what its panels show, but for those that have a range of their own.
    if (data.to && !data.ownRange) this.page.showRange(data);
    this.draw();
  }

  draw() {
    const { data } = this;
    if (!data) return;
    this.drawFrame(data);
    const message = data.problem || data.notice;
    if (message) this.drawNotice(notice(data.problem ? "problem" : "notice", message));
    else if (hasNoData(data)) {
      this.drawNotice(notice("no-data", data.noValue ?? "No data in this time range."));
    } else if (this.isTable && this.hasTable()) this.drawAsTable(data);
    else this.drawContent(data);
  }

  /** @param {PanelData} data */
  drawFrame({ title, timeInfo, description, links, notDrawn }) {
    const heading = timeInfo ? `${title} (${timeInfo})` : title;
    if (title !== undefined && heading !== this.heading.textContent) {
      this.heading.textContent = heading;
    }
    this.info.hidden = !description && !links?.length;
    this.footnote.hidden = !notDrawn?.length;
    if (notDrawn?.length) this.footnote.textContent = `Not drawn here: ${notDrawn.join(", ")}`;
  }

  /** @param {HTMLElement} element */
  drawNotice(element) {
    this.dropChart();
    this.body.replaceChildren(element);
  }

  dropChart() {
    this.chart?.destroy();
    this.chart = null;
  }

  /** @param {PanelData} data */
  drawAsTable(data) {
    this.dropChart();
    drawTable(this.body, panelColumns(data), { caption: data.title });
  }

  /** @param {PanelData} data */
  drawContent(data) {
    const { chart: Chart, draw } = PANEL_TYPES[data.type] ?? UNKNOWN_DRAWING;
    if (Chart) {
      this.chart ??= new Chart(this.body, (from, to) => this.page.zoom(from, to));
      this.chart.links = (time, annotations) => this.linksAt(time, annotations);
      this.chart.show(data, this.page.annotations);
      return;
    }
    this.dropChart();
    draw?.(this.body, data);
  }

  hasTable() {
    return this.type.hasTable && Boolean(this.data?.series || this.data?.singleValues);
  }

  toggleTable() {
    this.isTable = !this.isTable;
    this.draw();
  }

  menuItems() {
    /**
     * @param {string} text
     * @param {string} key
     * @param {() => void} act
     */
    const item = (text, key, act) => {
      const choose = () => {
        this.menu.open = false;
        act();
      };
      return h("button", { type: "button", onclick: choose }, text, h("kbd", {}, key));
    };
    const view = this.page.viewedPanel ? "Back to the dashboard" : "View alone";
    const items = [item(view, "v", () => this.page.toggleView(this.key))];
    if (this.type.hasTable) {
      const text = this.isTable ? "Show as chart" : "Show as table";
      items.push(item(text, "t", () => this.toggleTable()));
    }
    if (this.type.hasQuery) items.push(item("Explore the query", "e", () => this.explore()));
    if (this.hasLogs) {
      items.push(item("Logs of its services", "l", () => location.assign(this.logsAddress())));
    }
    return items;
  }

  description() {
    const anchors = this.data?.links?.map((link) =>
      h(
        "a",
        {
          href: linkAddress(link),
          target: link.blank && "_blank",
          rel: "noopener noreferrer",
        },
        link.title,
      ),
    );
    return [
      h("div", { class: "prose", sanitizedHtml: this.data?.description ?? "" }),
      ...(anchors ?? []),
    ];
  }

  // Whether it shows what services have measured.
  get hasLogs() {
    return this.type.hasQuery && this.data !== null && this.data.type !== "logs";
  }

  /**
   * Returns the address of the lines of its services: of the minute around a moment, or of its range.
   * @param {number | null} [moment] in seconds; without it that of the crosshair, if it is there
   */
  logsAddress(moment = this.chart?.moment ?? null) {
    const view = viewParameters();
    const time = moment === null ? {} : minuteOf(moment * 1000);
    const { uid } = this.page;
    return logsAddress({
      ...Object.fromEntries(view.filter(([name]) => !name.startsWith("var-"))),
      ...time,
      dashboard: uid ?? "",
      panel: this.key,
      ...valuesByName(view.filter(([name]) => name.startsWith("var-"))),
    });
  }

  /**
   * Returns where the moment at the crosshair is told of.
   * @param {number} time
   * @param {Annotation[]} annotations that are near it
   */
  linksAt(time, annotations) {
    const events = annotations.filter(({ logged }) => logged);
    return [
      ...(this.hasLogs ? [{ text: "Logs of this minute", href: this.logsAddress(time) }] : []),
      ...events.flatMap(({ start, logged }) => loggedLinks(start * 1000, logged ?? {})),
    ];
  }

  explore() {
    const [expression] = Object.values(this.data?.queries ?? {});
    if (!expression) return;
    if (this.data?.type === "logs") return location.assign(explorerAddress(expression));
    const time = viewParameters().filter(([name]) => !name.startsWith("var-"));
    location.assign(`/explore?${new URLSearchParams([...time, ["expr", expression]])}`);
  }
}
