// The tooltip of a chart: the values at the crosshair, which the mouse or the arrow keys move.
import { h } from "../../shared/dom.js";
import { formatValue } from "../../shared/format.js";
import { formatDateTime } from "../../shared/time_format.js";
import { cssColor } from "../colors.js";
import { symbol } from "./symbols.js";

/** @typedef {import("./time_chart.js").TimeChart} TimeChart */
/** @typedef {{ text: string, href: string }} Link */

const MOST_ROWS = 14;
const MOST_ANNOTATIONS = 5;
const DISTANCE_PX = 14;
const WINDOW_MARGIN_PX = 8;
const OUTSIDE = { left: -10, top: -10 };
// An annotation is shown where the crosshair is within this share of the range from it.
const NEAR_SHARE = 1 / 150;
// What moves further while the button is down is no click.
const CLICK_PX = 4;
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

export class Tooltip {
  /**
   * @param {HTMLElement} area
   * @param {TimeChart} chart
   */
  constructor(area, chart) {
    this.area = area;
    this.chart = chart;
    /** @type {uPlot | null} */
    this.plot = null;
    // Whether this chart has the mouse or the focus: the crosshair is in all charts.
    this.isActive = false;
    // Whether it stays, with links, until something else is clicked.
    this.isPinned = false;
    this.pressedAt = 0;
    // In the top layer: panels cut what leaves them.
    this.box = h("div", { class: "tooltip", popover: "manual", hidden: true });
    area.append(this.box);
    area.addEventListener("mouseenter", () => this.enter());
    area.addEventListener("mouseleave", () => this.leave());
    area.addEventListener("blur", () => this.leave());
    area.addEventListener("keydown", (event) => this.handleKey(event));
    area.addEventListener("pointerdown", ({ clientX }) => {
      this.pressedAt = clientX;
    });
    area.addEventListener("click", (event) => this.handleClick(event));
  }

  /** @param {uPlot} plot */
  attach(plot) {
    this.plot = plot;
    this.area.append(this.box);
  }

  enter() {
    this.isActive = true;
  }

  leave() {
    if (this.isPinned) return;
    this.isActive = false;
    this.hide();
    if (this.plot && this.plot.cursor.left >= 0) this.plot.setCursor(OUTSIDE);
  }

  /** @param {KeyboardEvent} event */
  handleKey(event) {
    if (event.key === "Enter" && event.target === this.area) {
      if (this.pin()) event.preventDefault();
      return this.box.querySelector("a")?.focus();
    }
    if (event.key === "Escape" && this.isPinned) {
      event.stopPropagation();
      this.unpin();
      return this.area.focus();
    }
    const step = STEPS[event.key];
    if (!step || !this.plot) return;
    event.preventDefault();
    this.enter();
    const times = this.plot.data[0];
    const last = times.length - 1;
    const at = this.plot.cursor.idx ?? (step > 0 ? -1 : last + 1);
    const next = Math.max(0, Math.min(last, at + step * (event.shiftKey ? 10 : 1)));
    this.plot.setCursor({ left: this.plot.valToPos(times[next], "x"), top: 10 });
  }

  /**
   * Shows what is at the crosshair.
   * @param {uPlot} plot
   */
  follow(plot) {
    if (this.isPinned) return;
    const { idx, left, top } = plot.cursor;
    if (!this.isActive || left < 0 || idx === null || idx === undefined) {
      this.hide();
      return;
    }
    this.box.hidden = false;
    this.box.showPopover();
    const time = plot.data[0][idx];
    this.box.replaceChildren(
      h("time", {}, formatDateTime(time)),
      ...(this.chart.tooltipRows(idx, plot) ?? this.seriesRows(idx)),
      ...this.annotationRows(time),
    );
    this.place(plot, left, top);
  }

  /** @param {MouseEvent} event */
  handleClick(event) {
    if (this.box.contains(/** @type {Node} */ (event.target))) return;
    if (Math.abs(event.clientX - this.pressedAt) > CLICK_PX) return;
    if (this.isPinned) this.unpin();
    else this.pin();
  }

  // Lets the box stay, with the links of its moment. Returns whether it has any.
  pin() {
    const { plot, chart } = this;
    const { idx, left = 0, top = 0 } = plot?.cursor ?? {};
    if (!plot || this.box.hidden || idx === null || idx === undefined) return false;
    const time = plot.data[0][idx];
    const links = chart.links?.(time, this.annotationsAt(time)) ?? [];
    if (!links.length) return false;
    this.isPinned = true;
    this.box.classList.add("pinned");
    this.box.append(
      h(
        "div",
        { class: "links" },
        links.map(({ text, href }) => h("a", { href }, text)),
      ),
    );
    this.place(plot, left, top);
    addEventListener("pointerdown", this.handleOutside);
    return true;
  }

  handleOutside = (/** @type {Event} */ event) => {
    if (!this.area.contains(/** @type {Node} */ (event.target))) this.unpin();
  };

  unpin() {
    this.isPinned = false;
    this.box.classList.remove("pinned");
    removeEventListener("pointerdown", this.handleOutside);
    this.leave();
  }

  /** @param {number} at index of the time */
  seriesRows(at) {
    const { series, hidden, focused } = this.chart;
    const visible = series
      .map((one, index) => ({ ...one, index, value: one.values[at] ?? null }))
      .filter(({ name, value }) => value !== null && !hidden.has(name))
      .sort((a, b) => Number(b.value) - Number(a.value));
    const rows = visible
      .slice(0, MOST_ROWS)
      .map(({ index, name, colour, value, unit, decimals }) =>
        h(
          "div",
          { class: index === focused ? "row focused" : "row" },
          symbol(index, cssColor(colour)),
          h("span", { class: "name" }, name || "value"),
          h("b", {}, formatValue(value, unit, decimals)),
        ),
      );
    const more = visible.length - MOST_ROWS;
    return more > 0 ? [...rows, h("div", { class: "muted" }, `and ${more} more`)] : rows;
  }

  /** @param {number} time */
  annotationsAt(time) {
    const { annotations, events, range } = this.chart;
    const near = range ? (range.to - range.from) * NEAR_SHARE : 0;
    return [...annotations, ...events]
      .filter(({ start, end }) => time >= start - near && time <= end + near)
      .slice(0, MOST_ANNOTATIONS);
  }

  /** @param {number} time */
  annotationRows(time) {
    return this.annotationsAt(time).map(({ title, text, kind }) =>
      h("div", { class: "annotation" }, `${kind}: ${title}${text ? `, ${text}` : ""}`),
    );
  }

  hide() {
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.box.hidePopover();
  }

  /**
   * Places the box right of the crosshair, or left of it where there is no room.
   * @param {uPlot} plot
   * @param {number} left
   * @param {number} top
   */
  place(plot, left, top) {
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const over = plot.over.getBoundingClientRect();
    const x = over.left + left;
    const right = innerWidth - WINDOW_MARGIN_PX - width;
    const boxLeft = x + DISTANCE_PX <= right ? x + DISTANCE_PX : x - width - DISTANCE_PX;
    const bottom = innerHeight - WINDOW_MARGIN_PX - height;
    const boxTop = Math.min(over.top + top - height / 2, bottom);
    this.box.style.left = `${Math.max(WINDOW_MARGIN_PX, boxLeft)}px`;
    this.box.style.top = `${Math.max(WINDOW_MARGIN_PX, boxTop)}px`;
  }
}
