// An opened line: what can be done with it, all of its text, and its fields, each a click away from
// a query.
import { announce, h } from "../../shared/dom.js";
import { icon } from "../../shared/icons.js";
import { idAddress, minuteAddress, momentAddress, msOf } from "./links.js";
import { LogContext } from "./log_context.js";
import { fieldsOf } from "./log_fields.js";
import { sourceOf } from "./log_line.js";
import { ID_FIELDS, withFilter, withMatcher } from "./log_query.js";

/** @typedef {import("../types").LogEntry} LogEntry */
/** @typedef {(query: string, name: string, operator: "=" | "!=", value: string) => string} Change */
/**
 * @typedef {object} LineActions what a list's page does
 * @property {() => string} query that has found the lines
 * @property {(query: string) => void} filter goes on with another query
 * @property {boolean} oldestFirst
 */

/**
 * Returns the fields of a line by where they are from, and how a query is changed to filter by them.
 * @param {LogEntry} line
 * @returns {[string, [string, string][], Change][]}
 */
function groups({ labels, metadata, parsed, text }) {
  const { parser, fields } = fieldsOf(text);
  const known = { ...labels, ...metadata };
  /** @type {Change} */
  const byParser = (query, name, operator, value) =>
    withFilter(query, name, operator, value, parser);
  const found = new Map([...fields, ...Object.entries(parsed)]);
  return [
    ["Labels", Object.entries(labels), withMatcher],
    ["Metadata", Object.entries(metadata), withFilter],
    ["Fields", [...found].filter(([name, value]) => known[name] !== value), byParser],
  ];
}

/**
 * @param {LogEntry} line
 * @param {LineActions} actions
 * @param {[string, [string, string][], Change]} group
 */
function fieldRows(line, actions, [title, fields, change]) {
  const rows = fields.map(([name, value]) => {
    const isId = ID_FIELDS.includes(name) && value;
    /**
     * @param {"plus" | "minus"} sign
     * @param {string} label
     * @param {"=" | "!="} operator
     */
    const button = (sign, label, operator) =>
      h(
        "button",
        {
          type: "button",
          class: "plain",
          "aria-label": `${label} ${name} ${value}`,
          title: label,
          onclick: () => actions.filter(change(actions.query(), name, operator, value)),
        },
        icon(sign),
      );
    const content = isId ? h("a", { href: idAddress(value, msOf(line.time)) }, value) : value;
    return h(
      "tr",
      {},
      h("td", {}, button("plus", "Only with", "="), button("minus", "Without", "!=")),
      h("th", { scope: "row" }, name),
      h("td", {}, content),
    );
  });
  const heading = h("tr", {}, h("th", { scope: "rowgroup", colspan: 3 }, title));
  return rows.length ? h("tbody", {}, heading, rows) : null;
}

export class LogDetails {
  /**
   * @param {LogEntry} line
   * @param {LineActions} actions
   */
  constructor(line, actions) {
    this.line = line;
    this.actions = actions;
    /** @type {LogContext | null} */
    this.context = null;
    this.place = h("div", {});
    const tables = groups(line).map((group) => fieldRows(line, actions, group));
    this.element = h(
      "div",
      { class: "log-details" },
      this.toolbar(),
      this.place,
      h("pre", {}, line.text),
      h("table", { class: "log-fields", "aria-label": "Fields" }, tables),
    );
  }

  toolbar() {
    const { time, labels } = this.line;
    const ms = msOf(time);
    const service = labels.service ?? "";
    return h(
      "div",
      { class: "log-actions" },
      h(
        "button",
        { type: "button", title: "The lines before and after (c)", onclick: () => this.around() },
        "Context",
      ),
      h("a", { href: momentAddress(ms) }, "All sources, 200 ms"),
      h("a", { href: minuteAddress(service, ms) }, `${service || "All"}, this minute`),
      h("button", { type: "button", class: "plain", onclick: () => this.copy() }, "Copy"),
    );
  }

  // Shows the lines around it, or no longer.
  around() {
    if (this.context) {
      this.context = null;
      this.place.replaceChildren();
      return;
    }
    this.context = new LogContext(this.line, this.actions);
    this.place.replaceChildren(this.context.element);
    this.context.show(false);
  }

  async copy() {
    await navigator.clipboard?.writeText(this.line.text);
    announce(`The line of ${sourceOf(this.line.labels)} is copied.`);
  }
}
