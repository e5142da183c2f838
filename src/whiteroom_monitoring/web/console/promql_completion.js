// Completes PromQL while it is written: metrics, functions, labels and their values.
import { h } from "../shared/dom.js";
import { getJson } from "../shared/http.js";

/**
 * @typedef {object} Completion
 * @property {string} text
 * @property {string} [open] what follows the text when it is taken, such as "("
 * @property {string} [kind] such as "label"
 * @property {string} [help]
 */
/** @typedef {(parameters: { metric: string, label?: string }) => Promise<any>} GetLabels */

const MOST_COMPLETIONS = 12;
const BLUR_MS = 150;
const WORD = /[a-zA-Z_:][\w:]*$/;
// Within braces: a metric before them, and after the last comma a label, or a value in quotes.
const BRACES = /([a-zA-Z_:][\w:]*)?\s*\{([^{}]*)$/;
const LABEL_VALUE = /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"([^"]*)$/;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^()]*)$/;

/**
 * Returns the completions that contain `start`: first those that begin with it.
 * @param {Completion[]} completions
 * @param {string} start
 */
function matching(completions, start) {
  const lowercase = start.toLowerCase();
  /** @param {Completion} completion */
  const rank = ({ text }) => (text.toLowerCase().startsWith(lowercase) ? 0 : 1);
  return completions
    .filter(({ text }) => text.toLowerCase().includes(lowercase) && text !== start)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST_COMPLETIONS);
}

/**
 * Returns what may follow `before`; `start` is the part of it that a completion replaces.
 * @param {string} before
 * @param {Completion[]} names metrics and functions
 * @param {GetLabels} getLabels
 * @returns {Promise<{ start: string, completions: Completion[] }>}
 */
export async function completionsAt(before, names, getLabels) {
  const braces = BRACES.exec(before);
  const metric = braces?.[1] ?? "";
  const labelValue = braces && LABEL_VALUE.exec(braces[2]);
  if (labelValue) {
    const [, label, start] = labelValue;
    const { values } = await getLabels({ metric, label });
    const all = values.map((/** @type {string} */ text) => ({ text, kind: label }));
    return { start, completions: matching(all, start) };
  }
  const start = WORD.exec(before)?.[0] ?? "";
  if (braces || GROUPING.test(before)) {
    const { labels } = await getLabels({ metric });
    const all = labels.map((/** @type {string} */ text) => ({ text, kind: "label" }));
    return { start, completions: matching(all, start) };
  }
  return { start, completions: start.length ? matching(names, start) : [] };
}

/** @type {Map<string, Promise<any>>} */
const labelsOfMetrics = new Map();

/** @type {GetLabels} */
function getLabels({ metric, label }) {
  if (label !== undefined) return getJson("/api/labels", { metric, label });
  const known = labelsOfMetrics.get(metric) ?? getJson("/api/labels", { metric });
  labelsOfMetrics.set(metric, known);
  known.catch(() => labelsOfMetrics.delete(metric));
  return known;
}

export class PromqlCompletion {
  /**
   * @param {HTMLTextAreaElement} field
   * @param {Completion[]} names
   */
  constructor(field, names) {
    this.field = field;
    this.names = names;
    this.start = "";
    this.chosen = 0;
    /** @type {Completion[]} */
    this.completions = [];
    this.list = h("ul", {
      id: "completions",
      class: "completions",
      role: "listbox",
      hidden: true,
    });
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", "completions");
    field.setAttribute("aria-expanded", "false");
    field.after(this.list);
    field.addEventListener("input", () => this.update());
    field.addEventListener("keydown", (event) => this.handleKey(event));
    field.addEventListener("blur", () => setTimeout(() => this.close(), BLUR_MS));
  }

  get textBeforeCursor() {
    return this.field.value.slice(0, this.field.selectionStart);
  }

  async update() {
    const before = this.textBeforeCursor;
    const nothing = { start: "", completions: [] };
    const { start, completions } = await completionsAt(before, this.names, getLabels).catch(
      () => nothing,
    );
    if (before !== this.textBeforeCursor) return;
    this.start = start;
    this.completions = completions;
    this.chosen = 0;
    this.draw();
  }

  draw() {
    const isOpen = this.completions.length > 0;
    this.list.hidden = !isOpen;
    this.field.setAttribute("aria-expanded", String(isOpen));
    this.list.replaceChildren(
      ...this.completions.map((completion, index) => this.item(completion, index)),
    );
    if (isOpen) this.field.setAttribute("aria-activedescendant", `completion-${this.chosen}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /**
   * @param {Completion} completion
   * @param {number} index
   */
  item({ text, kind, help }, index) {
    /** @param {MouseEvent} event */
    const take = (event) => {
      event.preventDefault();
      this.take(index);
    };
    return h(
      "li",
      {
        id: `completion-${index}`,
        role: "option",
        "aria-selected": String(index === this.chosen),
        onmousedown: take,
      },
      h("code", {}, text),
      h("span", { class: "muted" }, help || kind || ""),
    );
  }

  close() {
    this.completions = [];
    this.draw();
  }

  /** @param {number} index */
  take(index) {
    const { text, open = "" } = this.completions[index];
    const cursor = this.field.selectionStart;
    this.field.setRangeText(text + open, cursor - this.start.length, cursor, "end");
    this.close();
  }

  /** @param {KeyboardEvent} event */
  handleKey(event) {
    const count = this.completions.length;
    if (!count) return;
    if (event.key === "ArrowDown") this.chosen = (this.chosen + 1) % count;
    else if (event.key === "ArrowUp") this.chosen = (this.chosen - 1 + count) % count;
    else if (event.key === "Tab" || event.key === "Enter") this.take(this.chosen);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.draw();
  }
}
