// What is in a line: the fields of JSON or logfmt, and what of them is said first.

/** @typedef {import("../types").LogEntry} LogEntry */
/** @typedef {{ parser: "" | "json" | "logfmt", fields: [string, string][] }} Fields */

const PAIR = /([^\s="]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)/g;
const LEAST_PAIRS = 2;
const MESSAGES = ["message", "msg", "event"];
// What is shown beside every line, or is in no reader's way.
const KNOWN = new Set([...MESSAGES, "time", "ts", "timestamp", "level", "severity", "caller"]);
const MOST_DEPTH = 6;

/**
 * Returns the fields of a line by the names that LogQL gives them.
 * @param {string} text
 * @returns {Fields}
 */
export function fieldsOf(text) {
  const start = text.trimStart();
  if (start.startsWith("{")) {
    try {
      return { parser: "json", fields: flat(JSON.parse(start), "", 0) };
    } catch {
      // It only looks like JSON.
    }
  }
  const pairs = [...start.matchAll(PAIR)];
  if (pairs.length < LEAST_PAIRS || pairs[0].index !== 0) return { parser: "", fields: [] };
  return { parser: "logfmt", fields: pairs.map(([, name, value]) => [name, unquoted(value)]) };
}

/** @param {string} text */
function unquoted(text) {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

/**
 * @param {any} content
 * @param {string} prefix
 * @param {number} depth
 * @returns {[string, string][]}
 */
function flat(content, prefix, depth) {
  return Object.entries(content).flatMap(([key, value]) => {
    const name = prefix + key.replace(/\W/g, "_");
    if (value === null || Array.isArray(value)) return [];
    if (typeof value !== "object") return [[name, String(value)]];
    return depth < MOST_DEPTH ? flat(value, `${name}_`, depth + 1) : [];
  });
}

/**
 * Returns what a line says first, and the other fields that it has; of a line without fields all.
 * @param {Pick<LogEntry, "text" | "labels" | "metadata" | "parsed">} line
 * @returns {{ message: string, others: [string, string][] }}
 */
export function summaryOf({ text, labels, metadata, parsed }) {
  const { fields } = fieldsOf(text);
  const message = MESSAGES.map((name) => fields.find(([other]) => other === name)?.[1]).find(
    Boolean,
  );
  if (!message) return { message: text, others: [] };
  const isNew = (/** @type {string} */ name) =>
    !KNOWN.has(name) && !(name in labels) && !(name in metadata);
  const others = [...fields, ...Object.entries(parsed)].filter(([name]) => isNew(name));
  return { message, others: [...new Map(others)] };
}
