// Completes what is written in a field: a list below it, of which the keys choose.
import { h } from "../shared/dom.js";

/**
 * @typedef {object} Completion
 * @property {string} text
 * @property {string} [open] what follows the text when it is taken, such as "("
 * @property {string} [kind] such as "label"
 * @property {string} [help]
 */
/** @typedef {{ start: string, completions: Completion[] }} Offer `start` is what is replaced */

const MOST_COMPLETIONS = 12;
const BLUR_MS = 150;

/**
 * Returns the completions that contain `start`: first those that begin with it.
 * @param {Completion[]} completions
 * @param {string} start
 */
export function matching(completions, start) {
  const lowercase = start.toLowerCase();
  /** @param {Completion} completion */
  const rank = ({ text }) => (text.toLowerCase().startsWith(lowercase) ? 0 : 1);
  return completions
    .filter(({ text }) => text.toLowerCase().includes(lowercase) && text !== start)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST_COMPLETIONS);
}

export class CompletedField {
  /**
   * @param {HTMLTextAreaElement} field
   * @param {(before: string) => Promise<Offer>} offer returns what may follow a text
   * @param {boolean} [continues] whether the next is offered when one is taken
   */
  constructor(field, offer, continues = false) {
    this.field = field;
    this.offer = offer;
    this.continues = continues;
    this.start = "";
    this.chosen = 0;
    /** @type {Completion[]} */
    this.completions = [];
    this.list = h("ul", {
      id: "completions",
      class: "completions",
      role: "listbox",
      "aria-label": "Completions",
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
    const { start, completions } = await this.offer(before).catch(() => nothing);
    if (before !== this.textBeforeCursor || document.activeElement !== this.field) return;
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
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
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
    if (this.continues) this.update();
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
