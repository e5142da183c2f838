// Where there is no query yet: the sources that have lines, to begin with.
import { h, messageOf } from "../../shared/dom.js";
import { getJson } from "../../shared/http.js";
import { requestParameters } from "../url.js";
import { EVERY_LINE, quoted } from "./log_query.js";

const LABEL = "job";
const CANARY = "canary";

/**
 * @param {string} text
 * @param {string} expr
 * @param {(expr: string) => void} choose
 */
function choice(text, expr, choose) {
  return h("button", { type: "button", title: expr, onclick: () => choose(expr) }, text);
}

/** @param {(expr: string) => void} choose */
export async function sourceChoice(choose) {
  try {
    const parameters = requestParameters({ expr: "", label: LABEL });
    const { values } = await getJson("/api/logs/labels", parameters);
    const sources = values.filter((/** @type {string} */ name) => name !== CANARY);
    const buttons = sources.map((/** @type {string} */ name) =>
      choice(name, `{${LABEL}=${quoted(name)}}`, choose),
    );
    const grave = `${EVERY_LINE} | detected_level=~"warn|error|critical|fatal"`;
    return h(
      "section",
      { class: "log-sources" },
      h("h2", {}, sources.length ? "Sources" : "No source has lines in this time range"),
      h("p", { class: "muted" }, "Choose one, or write a query. Words alone search everywhere."),
      h(
        "div",
        { class: "choices" },
        choice("All sources", EVERY_LINE, choose),
        choice("Warnings and errors", grave, choose),
        buttons,
      ),
    );
  } catch (error) {
    return h("div", { class: "notice problem", role: "alert" }, h("p", {}, messageOf(error)));
  }
}
