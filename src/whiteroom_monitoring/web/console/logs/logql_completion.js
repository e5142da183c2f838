// Completes LogQL while it is written: labels and their values, stages, fields of lines, functions.
import { getJson } from "../../shared/http.js";
import { CompletedField, matching } from "../completion.js";
import { requestParameters } from "../url.js";
import { hasParser } from "./log_query.js";

/** @typedef {import("../completion.js").Completion} Completion */
/** @typedef {import("../completion.js").Offer} Offer */
/**
 * @typedef {object} Names what the log store knows of lines
 * @property {(expr: string, label?: string) => Promise<string[]>} labels names, or values of one
 * @property {(expr: string) => Promise<{ name: string, parsers: string[] }[]>} fields
 * @property {(expr: string, field: string) => Promise<string[]>} fieldValues
 */

const TEXT = /"(?:[^"\\]|\\.)*"|`[^`]*`/g;
const COMPARED = /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|==|=)\s*$/;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^()]*)$/;
const STAGE = /(\|=|\|~|\|>|!=|!~|!>|\|)\s*(\w*)$/;
const WORD = /[a-zA-Z_]\w*$/;
const MOST_OFFERED = 40;

/** @type {Completion[]} */
const LINE_FILTERS = [
  { text: '|= "', help: "contains" },
  { text: '!= "', help: "does not contain" },
  { text: '|~ "', help: "matches a regular expression" },
  { text: '!~ "', help: "matches no regular expression" },
];
/** @type {Completion[]} */
const STAGES = [
  { text: "| json", help: "fields of JSON" },
  { text: "| logfmt", help: "fields of name=value" },
  { text: '| pattern "', help: "fields of a pattern" },
  { text: '| regexp "', help: "fields of a regular expression" },
  { text: "| unpack", help: "fields of packed lines" },
  { text: '| line_format "', help: "another text" },
  { text: "| label_format ", help: "other labels" },
  { text: "| drop ", help: "without labels" },
  { text: "| keep ", help: "with these labels alone" },
  { text: "| decolorize", help: "without colours of terminals" },
  { text: "| unwrap ", help: "a field as a number" },
];
const FUNCTIONS =
  "absent_over_time avg_over_time bytes_over_time bytes_rate count_over_time first_over_time last_over_time max_over_time min_over_time quantile_over_time rate rate_counter stddev_over_time sum_over_time avg bottomk count max min sort sort_desc stddev sum topk vector label_replace"
    .split(" ")
    .map((text) => ({ text, open: "(", kind: "function" }));
const RANGES = ["1m", "5m", "10m", "1h"].map((text) => ({ text, open: "]", kind: "range" }));

/** @param {string} value */
const escaped = (value) => JSON.stringify(value).slice(1, -1);

/**
 * Returns values between quotes, which are closed when one is taken.
 * @param {string[]} values
 * @param {string} start
 * @param {string} kind
 * @returns {Offer}
 */
function valueOffer(values, start, kind) {
  const completions = values.map((value) => ({ text: escaped(value), open: '"', kind }));
  return { start, completions: matching(completions, start) };
}

/**
 * Returns what may follow `before`.
 * @param {string} before
 * @param {Names} names
 * @returns {Promise<Offer>}
 */
export async function completionsAt(before, names) {
  // Complete texts can't be mistaken for anything else.
  const outside = before.replace(TEXT, (text) => "_".repeat(text.length));
  const quote = outside.search(/["`]/);
  if (quote >= 0) return withinText(before, outside.slice(0, quote), names);
  const brace = outside.lastIndexOf("{");
  if (brace > outside.lastIndexOf("}")) return withinSelector(before, outside, names);
  const start = WORD.exec(outside)?.[0] ?? "";
  if (GROUPING.test(outside)) {
    const labels = await names.labels("");
    return {
      start,
      completions: matching(
        labels.map((text) => ({ text, kind: "label" })),
        start,
      ),
    };
  }
  if (/\[\s*\w*$/.test(outside)) return { start, completions: matching(RANGES, start) };
  const stage = STAGE.exec(outside);
  if (stage && outside.includes("}")) return stages(before, outside, stage, names);
  return { start, completions: start ? matching(FUNCTIONS, start) : [] };
}

/**
 * @param {string} before
 * @param {string} head what stands before the open quote
 * @param {Names} names
 * @returns {Promise<Offer>}
 */
async function withinText(before, head, names) {
  const start = before.slice(head.length + 1);
  const label = COMPARED.exec(head)?.[1];
  if (!label) return { start, completions: [] };
  const brace = head.lastIndexOf("{");
  if (brace > head.lastIndexOf("}")) {
    // Of the streams that fit what stands before.
    const others = before.slice(brace + 1, head.length).replace(/,?[^,]*$/, "");
    return valueOffer(await names.labels(others ? `{${others}}` : "", label), start, label);
  }
  const query = before.slice(head.indexOf("{"), head.lastIndexOf("|"));
  return valueOffer(await names.fieldValues(query, label), start, label);
}

/**
 * @param {string} before
 * @param {string} outside
 * @param {Names} names
 * @returns {Promise<Offer>}
 */
async function withinSelector(before, outside, names) {
  const [, start] = /[{,]\s*(\w*)$/.exec(outside) ?? [];
  if (start === undefined) return { start: "", completions: [] };
  const others = before.slice(outside.lastIndexOf("{") + 1).replace(/,?[^,]*$/, "");
  const labels = await names.labels(others ? `{${others}}` : "");
  const completions = labels.map((text) => ({ text, open: '="', kind: "label" }));
  return { start, completions: matching(completions, start) };
}

/**
 * @param {string} before
 * @param {string} outside
 * @param {RegExpExecArray} stage
 * @param {Names} names
 * @returns {Promise<Offer>}
 */
async function stages(before, outside, [start, operator, word], names) {
  if (operator !== "|" && word) return { start: "", completions: [] };
  const query = before.slice(outside.indexOf("{"), outside.length - start.length);
  const fields = operator === "|" ? await names.fields(query).catch(() => []) : [];
  const completions = fields.map(({ name, parsers }) => {
    const parser = parsers[0] && !hasParser(query) ? `| ${parsers[0]} ` : "";
    return { text: `${parser}| ${name}`, open: '="', kind: parser ? parsers[0] : "field" };
  });
  const all = hasParser(query)
    ? [...completions, ...LINE_FILTERS, ...STAGES]
    : [...LINE_FILTERS, ...STAGES, ...completions];
  const begins = (/** @type {string} */ text) =>
    operator === "|" ? (text.split("| ").pop() ?? "").startsWith(word) : text.startsWith(operator);
  const offered = all.filter(({ text }) => begins(text) && text !== start);
  return { start, completions: offered.slice(0, MOST_OFFERED) };
}

/**
 * @param {string} path
 * @param {Record<string, string>} parameters
 */
function ask(path, parameters) {
  return getJson(path, requestParameters(parameters));
}

/** @type {Names} */
const NAMES = {
  labels: async (expr, label = "") => {
    const { labels, values } = await ask("/api/logs/labels", { expr, label });
    return labels ?? values;
  },
  fields: async (expr) => (await ask("/api/logs/fields", { expr })).fields,
  fieldValues: async (expr, field) => (await ask("/api/logs/fields", { expr, field })).values,
};

/**
 * Completes what is written in a field.
 * @param {HTMLTextAreaElement} field
 */
export function completeLogql(field) {
  return new CompletedField(field, (before) => completionsAt(before, NAMES), true);
}
