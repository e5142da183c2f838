// Completes PromQL while it is written: metrics, functions, labels and their values.
import { getJson } from "../shared/http.js";
import { CompletedField, matching } from "./completion.js";

/** @typedef {import("./completion.js").Completion} Completion */
/** @typedef {(parameters: { metric: string, label?: string }) => Promise<any>} GetLabels */

const WORD = /[a-zA-Z_:][\w:]*$/;
// Within braces: a metric before them, and after the last comma a label, or a value in quotes.
const BRACES = /([a-zA-Z_:][\w:]*)?\s*\{([^{}]*)$/;
const LABEL_VALUE = /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"([^"]*)$/;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^()]*)$/;

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

/**
 * Completes what is written in a field.
 * @param {HTMLTextAreaElement} field
 * @param {Completion[]} names
 */
export function completePromql(field, names) {
  return new CompletedField(field, (before) => completionsAt(before, names, getLabels));
}
