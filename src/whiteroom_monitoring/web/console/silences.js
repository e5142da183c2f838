// Silences: made for an alert, and ended.
import { h, messageOf } from "../shared/dom.js";
import { sendJson } from "../shared/http.js";
import { icon } from "../shared/icons.js";
import { formatDateTime } from "../shared/time_format.js";

/** @typedef {import("./types").Alert} Alert */
/** @typedef {import("./types").Silence} Silence */

/** @type {[number, string][]} */
const DURATIONS_MIN = [
  [30, "30 minutes"],
  [60, "1 hour"],
  [120, "2 hours"],
  [480, "8 hours"],
  [1440, "1 day"],
  [10_080, "1 week"],
];
const DEFAULT_MIN = 120;
// What tells alerts of one name apart; other labels may change while an alert fires.
const IDENTIFYING = ["alertname", "service", "instance", "job"];
const CHOSEN_AT_FIRST = ["alertname", "service"];

/**
 * @param {Alert} alert
 * @param {() => void} onDone
 */
export function silenceForm(alert, onDone) {
  const boxes = matcherBoxes(alert.labels);
  const duration = h(
    "select",
    {},
    DURATIONS_MIN.map(([minutes, text]) =>
      h("option", { value: minutes, selected: minutes === DEFAULT_MIN }, text),
    ),
  );
  const author = h("input", {
    required: true,
    maxlength: 100,
    autocomplete: "name",
    value: localStorage.getItem("author") ?? "",
  });
  const comment = h("input", {
    required: true,
    maxlength: 400,
    placeholder: "Why it is silenced",
  });
  const problem = h("p", { class: "problem", role: "alert" });
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    localStorage.setItem("author", author.value);
    const silence = {
      labels: Object.fromEntries(
        boxes.filter(({ input }) => input.checked).map(({ label }) => label),
      ),
      minutes: Number(duration.value),
      author: author.value,
      comment: comment.value,
    };
    await attempt(() => sendJson("POST", "/api/silences", silence), problem, onDone);
  };
  return h(
    "details",
    { class: "silence" },
    h("summary", {}, "Silence"),
    h(
      "form",
      { onsubmit: submit },
      h(
        "fieldset",
        {},
        h("legend", {}, "Silence alerts that have all of these labels"),
        h(
          "div",
          { class: "options" },
          boxes.map(({ element }) => element),
        ),
      ),
      h("label", {}, "Duration ", duration),
      h("label", {}, "Your name ", author),
      h("label", {}, "Reason ", comment),
      problem,
      h("button", { class: "primary" }, "Create silence"),
    ),
  );
}

/** @param {Record<string, string>} labels */
function matcherBoxes(labels) {
  /** @param {[string, string]} label */
  const rank = ([name]) => (IDENTIFYING.includes(name) ? 0 : 1);
  const sorted = Object.entries(labels).sort((a, b) => rank(a) - rank(b));
  return sorted.map((label) => {
    const [name, value] = label;
    const input = h("input", { type: "checkbox", checked: CHOSEN_AT_FIRST.includes(name) });
    return { label, input, element: h("label", {}, input, h("code", {}, `${name}="${value}"`)) };
  });
}

/**
 * @param {() => Promise<unknown>} change
 * @param {HTMLElement} problem where a failure is shown
 * @param {() => void} onDone
 */
async function attempt(change, problem, onDone) {
  try {
    await change();
    onDone();
  } catch (error) {
    problem.textContent = messageOf(error);
  }
}

/** @param {Silence["matchers"][number]} matcher */
export function matcherText({ name, value, isRegex, isEqual = true }) {
  const operator = isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";
  return `${name}${operator}"${value}"`;
}

/**
 * @param {Silence} silence
 * @param {() => void} onDone
 */
export function silenceItem(silence, onDone) {
  const problem = h("p", { class: "problem", role: "alert" });
  const end = () =>
    attempt(() => sendJson("DELETE", `/api/silences/${silence.id}`), problem, onDone);
  const until = formatDateTime(Date.parse(silence.endsAt) / 1000);
  return h(
    "li",
    { class: "silence-item" },
    icon("moon"),
    h(
      "div",
      {},
      h("code", {}, silence.matchers.map(matcherText).join(", ")),
      h("p", { class: "muted" }, `Until ${until}. ${silence.createdBy}: ${silence.comment}`),
      problem,
    ),
    h("button", { type: "button", onclick: end }, "Expire"),
  );
}
