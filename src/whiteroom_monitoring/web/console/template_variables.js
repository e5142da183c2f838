// The menus of a dashboard's variables: one value of a list, or several.
import { h } from "../shared/dom.js";
import { updateQuery } from "./url.js";

/** @typedef {import("./types").Variable} Variable */

const ALL = "$__all";
const MOST_WITHOUT_SEARCH = 12;
const MOST_NAMED = 2;

/** @param {Variable} variable */
export function variableMenu(variable) {
  const { name, label, problem } = variable;
  if (variable.is_free) return textVariable(variable);
  const content = problem
    ? h("p", { class: "problem" }, problem)
    : h("fieldset", {}, h("legend", {}, label), searchField(variable), optionList(variable));
  return h(
    "details",
    { class: "menu variable" },
    h(
      "summary",
      {},
      h("span", { class: "muted" }, label),
      " ",
      h("b", {}, problem ? "unknown" : chosenText(variable)),
    ),
    h("div", { class: "popup", "data-variable": name }, content),
  );
}

/**
 * A field in which the reader writes the value.
 * @param {Variable} variable
 */
function textVariable({ name, label, chosen, problem }) {
  const value = chosen[0] ?? "";
  /** @param {Event} event */
  const change = (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    updateQuery({ [`var-${name}`]: [field.value] });
  };
  return h(
    "label",
    { class: "variable text-variable" },
    h("span", { class: "muted" }, label),
    h("input", { type: "text", value, onchange: change, "aria-invalid": Boolean(problem) }),
    problem ? h("span", { class: "problem" }, problem) : null,
  );
}

/** @param {Pick<Variable, "chosen" | "options">} variable */
export function chosenText({ chosen, options }) {
  if (chosen.length === 1 && chosen[0] === ALL) return "All";
  if (chosen.length > MOST_NAMED) return `${chosen.length} selected`;
  const texts = chosen.map(
    (value) => options.find((option) => option.value === value)?.text ?? value,
  );
  return texts.join(", ") || "none";
}

/** @param {Variable} variable */
function optionList(variable) {
  const all = variable.with_all ? [{ value: ALL, text: "All" }] : [];
  const options = [...all, ...variable.options];
  return h(
    "div",
    { class: "options" },
    options.map((option) => optionLabel(variable, option)),
  );
}

/**
 * @param {Variable} variable
 * @param {{ value: string, text: string }} option
 */
function optionLabel({ name, several, chosen }, { value, text }) {
  const input = h("input", {
    type: several ? "checkbox" : "radio",
    name: `variable-${name}`,
    checked: chosen.includes(value),
    onchange: () => updateQuery({ [`var-${name}`]: toggled(several, chosen, value) }),
  });
  return h("label", { "data-text": text.toLowerCase() }, input, text);
}

/**
 * Returns what is chosen after a click on `value`: "All" and single values exclude each other.
 * @param {boolean} several
 * @param {string[]} chosen
 * @param {string} value
 */
export function toggled(several, chosen, value) {
  if (!several || value === ALL) return [value];
  const others = chosen.filter((other) => other !== ALL && other !== value);
  const next = chosen.includes(value) ? others : [...others, value];
  return next.length ? next : [ALL];
}

/** @param {Variable} variable */
function searchField({ options }) {
  if (options.length <= MOST_WITHOUT_SEARCH) return null;
  /** @param {InputEvent} event */
  const filter = (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const text = field.value.toLowerCase();
    for (const label of field.closest("fieldset")?.querySelectorAll("label") ?? []) {
      label.hidden = !label.dataset.text?.includes(text);
    }
  };
  return h("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search",
    oninput: filter,
  });
}
