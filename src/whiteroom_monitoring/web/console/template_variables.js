// The choices above a dashboard: one of a list, or several.
import { h } from "../shared/dom.js";
import { go } from "./url.js";

const ALL = "$__all";
const MOST_WITHOUT_SEARCH = 12;

function summary({ chosen, options }) {
  if (chosen.length === 1 && chosen[0] === ALL) return "All";
  const texts = chosen.map((value) => options.find((option) => option.value === value)?.text ?? value);
  return texts.length > 2 ? `${texts.length} chosen` : texts.join(", ") || "none";
}

export function choice(variable) {
  const { name, label, problem } = variable;
  const body = problem
    ? h("p", { class: "problem" }, problem)
    : h("fieldset", {}, h("legend", {}, label), search(variable), list(variable));
  return h("details", { class: "menu choice" },
    h("summary", {}, h("span", { class: "quiet" }, label), " ", h("b", {}, problem ? "unknown" : summary(variable))),
    h("div", { class: "pop", "data-variable": name }, body));
}

function list(variable) {
  const all = variable.with_all ? [{ value: ALL, text: "All" }] : [];
  return h("div", { class: "options" }, [...all, ...variable.options].map((option) => entry(variable, option)));
}

function entry({ name, several, chosen }, { value, text }) {
  const input = h("input", {
    type: several ? "checkbox" : "radio",
    name: `choice-${name}`,
    checked: chosen.includes(value),
    onchange: () => go({ [`var-${name}`]: next(several, chosen, value) }),
  });
  return h("label", { "data-text": text.toLowerCase() }, input, text);
}

// "All" and single values exclude each other.
function next(several, chosen, value) {
  if (!several || value === ALL) return [value];
  const others = chosen.filter((each) => each !== ALL && each !== value);
  const found = chosen.includes(value) ? others : [...others, value];
  return found.length ? found : [ALL];
}

function search({ options }) {
  if (options.length <= MOST_WITHOUT_SEARCH) return null;
  const find = (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const label of event.target.closest("fieldset").querySelectorAll("label")) {
      label.hidden = !label.dataset.text.includes(wanted);
    }
  };
  return h("input", { type: "search", placeholder: "Find", "aria-label": "Find", oninput: find });
}
