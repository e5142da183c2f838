// Completes PromQL while it is written: metrics, functions, labels and their values.
import { ask } from "../shared/http.js";
import { h } from "../shared/dom.js";

const MOST = 12;
const WORD = /[a-zA-Z_:][\w:]*$/;
// Within braces: a metric before them, and after the last comma a label, or a value in quotes.
const BRACES = /([a-zA-Z_:][\w:]*)?\s*\{([^{}]*)$/;
const VALUE = /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"([^"]*)$/;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^()]*)$/;

const labels = new Map();

async function labelNames(metric) {
  if (!labels.has(metric)) labels.set(metric, (await ask("/api/labels", { metric })).labels);
  return labels.get(metric);
}

// Names that are being written begin with what is there; those that contain it come after.
function matching(names, start) {
  const wanted = start.toLowerCase();
  const found = names.filter(({ text }) => text.toLowerCase().includes(wanted) && text !== start);
  return found.sort((a, b) => b.text.toLowerCase().startsWith(wanted) - a.text.toLowerCase().startsWith(wanted)).slice(0, MOST);
}

// What may stand at the end of `before`: { start, found }.
export async function candidates(before, names) {
  const braces = BRACES.exec(before);
  const metric = braces?.[1] ?? "";
  const value = braces && VALUE.exec(braces[2]);
  if (value) {
    const { values } = await ask("/api/labels", { metric, label: value[1] });
    return { start: value[2], found: matching(values.map((text) => ({ text, what: value[1] })), value[2]) };
  }
  const start = WORD.exec(before)?.[0] ?? "";
  if (braces || GROUPING.test(before)) {
    const found = (await labelNames(metric)).map((text) => ({ text, what: "label" }));
    return { start, found: matching(found, start) };
  }
  return { start, found: start.length ? matching(names, start) : [] };
}

export class Completion {
  constructor(field, names) {
    Object.assign(this, { field, names, chosen: 0, found: [] });
    this.list = h("ul", { id: "completions", class: "completions", role: "listbox", hidden: true });
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "completions"], ["aria-expanded", "false"]]) field.setAttribute(name, value);
    field.after(this.list);
    field.addEventListener("input", () => this.update());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  async update() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const { start, found } = await candidates(before, this.names).catch(() => ({ start: "", found: [] }));
    if (before !== this.field.value.slice(0, this.field.selectionStart)) return;
    Object.assign(this, { start, found, chosen: 0 });
    this.draw();
  }

  draw() {
    this.list.hidden = !this.found.length;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this.list.replaceChildren(...this.found.map(({ text, what, help }, index) =>
      h("li", { id: `completion-${index}`, role: "option", "aria-selected": String(index === this.chosen), onmousedown: (event) => { event.preventDefault(); this.take(index); } },
        h("code", {}, text), h("span", { class: "quiet" }, help || what || ""))));
    if (this.found.length) this.field.setAttribute("aria-activedescendant", `completion-${this.chosen}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.found = [];
    this.draw();
  }

  take(index) {
    const { field, start } = this;
    const at = field.selectionStart;
    const { text, open = "" } = this.found[index];
    field.setRangeText(text + open, at - start.length, at, "end");
    this.close();
  }

  key(event) {
    if (!this.found.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.chosen = (this.chosen + step + this.found.length) % this.found.length;
    else if (event.key === "Tab" || event.key === "Enter") this.take(this.chosen);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.draw();
  }
}
