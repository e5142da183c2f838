// Silences: made from an alert, and ended.
import { send } from "../shared/http.js";
import { h } from "../shared/dom.js";
import { moment } from "../shared/format.js";
import { icon } from "../shared/icons.js";

const LENGTHS = [[30, "30 minutes"], [60, "1 hour"], [120, "2 hours"], [480, "8 hours"], [1440, "1 day"], [10_080, "1 week"]];
// What tells one alert of a name from another; other labels may change while it fires.
const USUAL = ["alertname", "service", "instance", "job"];

export function silenceForm(alert, done) {
  const labels = Object.entries(alert.labels).sort(([a], [b]) => USUAL.includes(b) - USUAL.includes(a));
  const boxes = labels.map(([name, value]) => {
    const input = h("input", { type: "checkbox", checked: ["alertname", "service"].includes(name), "data-name": name, "data-value": value });
    return h("label", {}, input, h("code", {}, `${name}="${value}"`));
  });
  const length = h("select", {}, LENGTHS.map(([minutes, text]) => h("option", { value: minutes, selected: minutes === 120 }, text)));
  const author = h("input", { required: true, maxlength: 100, autocomplete: "name", value: localStorage.getItem("author") ?? "" });
  const comment = h("input", { required: true, maxlength: 400, placeholder: "Why, and until what is done" });
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    const chosen = Object.fromEntries(boxes.map((box) => box.firstChild).filter((box) => box.checked).map((box) => [box.dataset.name, box.dataset.value]));
    localStorage.setItem("author", author.value);
    try {
      await send("POST", "/api/silences", { labels: chosen, minutes: Number(length.value), author: author.value, comment: comment.value });
      done();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  return h("details", { class: "silence" }, h("summary", {}, "Silence"),
    h("form", { onsubmit: submit },
      h("fieldset", {}, h("legend", {}, "Alerts with all of"), h("div", { class: "options" }, boxes)),
      h("label", {}, "For ", length), h("label", {}, "Your name ", author), h("label", {}, "Reason ", comment),
      problem, h("button", { class: "primary" }, "Silence them")));
}

export function silenceItem(silence, done) {
  const matchers = silence.matchers.map(({ name, value, isRegex, isEqual = true }) => `${name}${isEqual ? "=" : "!"}${isRegex ? "~" : isEqual ? "" : "="}"${value}"`);
  const problem = h("p", { class: "problem", role: "alert" });
  const end = async () => {
    try {
      await send("DELETE", `/api/silences/${silence.id}`);
      done();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  return h("li", { class: "silenced" }, icon("moon"),
    h("div", {}, h("code", {}, matchers.join(", ")),
      h("p", { class: "quiet" }, `${silence.comment}, says ${silence.createdBy}; until ${moment(Date.parse(silence.endsAt) / 1000)}`), problem),
    h("button", { type: "button", onclick: end }, "End now"));
}
