// A list of lines: each opens to its fields, and the keys move through it.
import { h } from "../../shared/dom.js";
import { LogDetails } from "./log_details.js";
import { keyOf, lineParts } from "./log_line.js";
import { compareTimes, formatLineTime } from "./log_time.js";

/** @typedef {import("../types").LogEntry} LogEntry */
/** @typedef {import("./log_line.js").LineStyle} LineStyle */
/** @typedef {import("./log_details.js").LineActions} LineActions */
/** @typedef {{ line: LogEntry, element: HTMLElement, head: HTMLElement, details: LogDetails | null }} Row */

// A moment is told to the millisecond, also among lines that have more digits.
const MARKED_S = 60;
/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 20, PageUp: -20 };

export class LogList {
  /** @param {LineActions} actions */
  constructor(actions) {
    this.actions = actions;
    /** @type {LineStyle} */
    this.style = { rangeS: 0, searched: [], raw: false };
    /** @type {Row[]} in the order in which they are shown */
    this.rows = [];
    /** @type {Map<HTMLElement, Row>} */
    this.byHead = new Map();
    /** @type {string | null} a moment that is marked between the lines, in nanoseconds */
    this.moment = null;
    this.element = h("ol", { class: "log-lines", "aria-label": "Lines" });
    this.element.addEventListener("click", (event) => this.handleClick(event));
    this.element.addEventListener("keydown", (event) => this.handleKey(event));
  }

  get lines() {
    return this.rows.map(({ line }) => line);
  }

  /**
   * Shows lines in the place of others; those that were there before stay as they are.
   * @param {LogEntry[]} lines in the order in which they are shown
   * @param {LineStyle} style
   */
  show(lines, style) {
    const isSame = JSON.stringify(style) === JSON.stringify(this.style);
    this.style = style;
    /** @type {Map<string, Row[]>} */
    const before = new Map();
    for (const row of isSame ? this.rows : []) {
      const key = keyOf(row.line);
      before.set(key, [...(before.get(key) ?? []), row]);
    }
    this.rows = lines.map((line) => before.get(keyOf(line))?.shift() ?? this.row(line));
    this.byHead = new Map(this.rows.map((row) => [row.head, row]));
    this.element.replaceChildren(...this.rows.map(({ element }) => element));
    this.markMoment();
    this.keepReachable();
  }

  /**
   * Adds lines at an end, and takes as many away at the other as there are too many.
   * @param {LogEntry[]} lines in the order in which they are shown
   * @param {"start" | "end"} end
   * @param {number} most
   */
  add(lines, end, most) {
    const rows = lines.map((line) => this.row(line));
    for (const row of rows) this.byHead.set(row.head, row);
    const elements = rows.map(({ element }) => element);
    if (end === "start") this.element.prepend(...elements);
    else this.element.append(...elements);
    this.rows = end === "start" ? [...rows, ...this.rows] : [...this.rows, ...rows];
    const surplus = Math.max(0, this.rows.length - most);
    const gone = end === "start" ? this.rows.splice(most) : this.rows.splice(0, surplus);
    for (const { element, head } of gone) {
      element.remove();
      this.byHead.delete(head);
    }
    this.keepReachable();
  }

  clear() {
    this.show([], this.style);
  }

  /**
   * @param {LogEntry} line
   * @returns {Row}
   */
  row(line) {
    const head = h(
      "div",
      { class: "log-head", role: "button", tabindex: -1, "aria-expanded": "false" },
      lineParts(line, this.style),
    );
    const element = h("li", { class: `log-line ${line.level}` }, head);
    return { line, element, head, details: null };
  }

  // The tabulator reaches the list once: at the line that had the focus last, or the first.
  keepReachable() {
    const isReachable = this.rows.some(({ head }) => head.tabIndex === 0);
    if (!isReachable && this.rows.length) this.rows[0].head.tabIndex = 0;
  }

  markMoment() {
    const { moment, rows, actions } = this;
    if (!moment || !rows.length) return;
    const isPast = (/** @type {Row} */ { line }) => {
      const order = compareTimes(line.time, moment);
      return actions.oldestFirst ? order >= 0 : order < 0;
    };
    const mark = h(
      "li",
      { class: "log-moment" },
      formatLineTime(moment, Math.max(MARKED_S, this.style.rangeS)),
    );
    const next = rows.find(isPast)?.element;
    if (next) next.before(mark);
    else this.element.append(mark);
  }

  /** @param {Event} event */
  rowOf(event) {
    const head = event.target?.closest?.(".log-head");
    return head instanceof HTMLElement ? this.byHead.get(head) : undefined;
  }

  /** @param {Event} event */
  handleClick(event) {
    const row = this.rowOf(event);
    // Who selects a text does not want to open it.
    if (!row || getSelection()?.toString()) return;
    this.focus(row);
    this.toggle(row);
  }

  /** @param {KeyboardEvent} event */
  handleKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.rowOf(event);
    if (event.key === "Escape") this.closeCurrent();
    else if (!row) return;
    else if (event.key === "Enter" || event.key === " ") this.toggle(row);
    else if (event.key === "c") this.around(row);
    else if (event.key in STEPS) this.move(STEPS[event.key]);
    else if (event.key === "Home") this.focus(this.rows[0]);
    else if (event.key === "End") this.focus(this.rows[this.rows.length - 1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // The line that has the focus, itself or in its fields.
  get current() {
    const focused = document.activeElement?.closest(".log-line");
    return this.rows.find(({ element }) => element === focused);
  }

  /**
   * Moves the focus by so many lines; to the first where none has it.
   * @param {number} by
   */
  move(by) {
    const { rows, current } = this;
    if (!rows.length) return;
    const at = current ? rows.indexOf(current) + by : 0;
    this.focus(rows[Math.max(0, Math.min(rows.length - 1, at))]);
  }

  /** @param {Row | undefined} row */
  focus(row) {
    if (!row) return;
    for (const { head } of this.rows) if (head.tabIndex === 0) head.tabIndex = -1;
    row.head.tabIndex = 0;
    row.head.focus();
    row.head.scrollIntoView({ block: "nearest" });
  }

  /** @param {Row} row */
  toggle(row) {
    if (row.details) this.close(row);
    else this.open(row);
  }

  /** @param {Row} row */
  open(row) {
    row.details = new LogDetails(row.line, this.actions);
    row.element.append(row.details.element);
    row.head.setAttribute("aria-expanded", "true");
  }

  /** @param {Row} row */
  close(row) {
    row.details?.element.remove();
    row.details = null;
    row.head.setAttribute("aria-expanded", "false");
  }

  closeCurrent() {
    const { current } = this;
    if (!current?.details) return;
    this.focus(current);
    this.close(current);
  }

  /** @param {Row} row */
  around(row) {
    if (!row.details) this.open(row);
    row.details?.around();
  }
}
