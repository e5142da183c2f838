// The lines around a line: of its own stream, or of all sources.
import { h, messageOf } from "../../shared/dom.js";
import { getJson } from "../../shared/http.js";
import { keyOf, lineParts } from "./log_line.js";
import { EVERY_LINE, streamSelector } from "./log_query.js";

/** @typedef {import("../types").LogEntry} LogEntry */

const LINES = 10;
const MOST_LINES = 100;

export class LogContext {
  /**
   * @param {LogEntry} line
   * @param {{ oldestFirst: boolean }} order
   */
  constructor(line, { oldestFirst }) {
    this.line = line;
    this.oldestFirst = oldestFirst;
    this.across = false;
    this.before = LINES;
    this.after = LINES;
    this.lines = h("ol", { class: "log-lines", "aria-label": "Lines around the line" });
    this.own = this.choice("Its own stream", false);
    this.all = this.choice("All sources", true);
    this.earlier = this.more("earlier", () => {
      this.before = Math.min(MOST_LINES, this.before + LINES);
    });
    this.later = this.more("later", () => {
      this.after = Math.min(MOST_LINES, this.after + LINES);
    });
    const [top, bottom] = oldestFirst ? [this.earlier, this.later] : [this.later, this.earlier];
    this.element = h(
      "div",
      { class: "log-context" },
      h("div", { class: "choices", role: "group", "aria-label": "Around it" }, this.own, this.all),
      top,
      this.lines,
      bottom,
    );
  }

  /**
   * @param {string} text
   * @param {boolean} across
   */
  choice(text, across) {
    return h("button", { type: "button", onclick: () => this.show(across) }, text);
  }

  /**
   * @param {string} text
   * @param {() => void} extend
   */
  more(text, extend) {
    const load = () => {
      extend();
      this.load();
    };
    return h("button", { type: "button", class: "plain more", onclick: load }, `10 ${text}`);
  }

  /** @param {boolean} across all sources */
  show(across) {
    this.across = across;
    this.own.setAttribute("aria-pressed", String(!across));
    this.all.setAttribute("aria-pressed", String(across));
    return this.load();
  }

  async load() {
    const { line, before, after, across } = this;
    const expr = across ? EVERY_LINE : streamSelector(line.labels);
    const numbers = { before: String(before), after: String(after) };
    try {
      const answer = await getJson("/api/logs/context", { expr, time: line.time, ...numbers });
      if (across === this.across) this.draw(answer);
    } catch (error) {
      this.lines.replaceChildren(h("li", { class: "problem", role: "alert" }, messageOf(error)));
    }
  }

  /** @param {{ before: LogEntry[], after: LogEntry[] }} answer the oldest first */
  draw(answer) {
    this.earlier.hidden = answer.before.length < this.before || this.before >= MOST_LINES;
    this.later.hidden = answer.after.length <= this.after || this.after >= MOST_LINES;
    const self = keyOf(this.line);
    const all = [...answer.before, ...answer.after];
    const ordered = this.oldestFirst ? all : all.reverse();
    const rows = ordered.map((line) => {
      const isSelf = keyOf(line) === self;
      const parts = lineParts(line, { rangeS: 0, searched: [], raw: false });
      return h(
        "li",
        { class: `log-line ${line.level}`, "aria-current": isSelf && "true" },
        h("div", { class: "log-head" }, parts),
      );
    });
    this.lines.replaceChildren(...rows);
  }
}
