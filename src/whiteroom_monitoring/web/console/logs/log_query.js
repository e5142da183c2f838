// Changes queries of LogQL by a click: matchers of the selector, filters behind it. The log store
// parses; here only the first selector and texts between quotes are told apart from the rest.

// Every line but the canaries, which are written to see whether lines arrive.
export const EVERY_LINE = '{job=~".+", job!="canary"}';

// What ids are called in the metadata of lines.
export const ID_FIELDS = ["trace_id", "dropout_id", "request_id"];

const TEXT = /"(?:[^"\\]|\\.)*"|`[^`]*`/g;
const SELECTOR = /^((?:\s|#[^\n]*\n)*)\{((?:[^{}"`]|"(?:[^"\\]|\\.)*"|`[^`]*`)*)\}/;
const MATCHER = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/g;
const PARSER = /\|\s*(?:json|logfmt|pattern|regexp|unpack)\b/;
const CONTAINS = /\|=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/g;
const ID = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/;

/** @param {string} text */
export const quoted = (text) => JSON.stringify(text);

/**
 * Returns what a text between quotes means.
 * @param {string} text
 */
function unquoted(text) {
  if (text.startsWith("`")) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

/**
 * Tells whether a query returns lines, and not numbers made of them.
 * @param {string} query
 */
export function isLogQuery(query) {
  return SELECTOR.test(query);
}

/**
 * Returns the selector that a query begins with, or nothing.
 * @param {string} query
 */
export function selectorOf(query) {
  const match = SELECTOR.exec(query);
  return match ? `{${match[2]}}` : "";
}

/**
 * Returns the selector of one stream.
 * @param {Record<string, string>} labels
 */
export function streamSelector(labels) {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`);
  return `{${matchers.join(", ")}}`;
}

/**
 * Returns the query with a matcher in its selector, in the place of those that it contradicts.
 * @param {string} query
 * @param {string} name
 * @param {"=" | "!="} operator
 * @param {string} value
 */
export function withMatcher(query, name, operator, value) {
  const match = SELECTOR.exec(query);
  if (!match) return query;
  const [whole, before, inside] = match;
  const others = [...inside.matchAll(MATCHER)].filter(([, label, how, text]) => {
    if (label !== name) return true;
    const isOfValue = unquoted(text) === value;
    return operator === "=" ? how.includes("~") && how !== "!~" : !isOfValue;
  });
  const matchers = [...others.map(([text]) => text), `${name}${operator}${quoted(value)}`];
  // A selector has to say at least one thing that a stream has.
  const isPositive = operator === "=" || others.some(([, , how]) => !how.startsWith("!"));
  if (!isPositive) matchers.unshift('job=~".+"');
  return `${before}{${matchers.join(", ")}}${query.slice(whole.length)}`;
}

/**
 * Returns the query with a filter behind it; one that says the opposite goes.
 * @param {string} query
 * @param {string} name
 * @param {"=" | "!="} operator
 * @param {string} value
 * @param {string} [parser] what finds the field in a line, where it has to be found
 */
export function withFilter(query, name, operator, value, parser = "") {
  const opposite = `${name}${operator === "=" ? "!=" : "="}${quoted(value)}`;
  const parsed = parser && !hasParser(query) ? withStage(query, parser) : query;
  return withStage(withoutStage(parsed, opposite), `${name}${operator}${quoted(value)}`);
}

/** @param {string} query */
export function hasParser(query) {
  return PARSER.test(query.replace(TEXT, '""'));
}

/**
 * @param {string} query
 * @param {string} stage
 */
export function hasStage(query, stage) {
  return query.includes(` | ${stage}`);
}

/**
 * @param {string} query
 * @param {string} stage
 */
export function withStage(query, stage) {
  return hasStage(query, stage) ? query : `${query.trimEnd()} | ${stage}`;
}

/**
 * @param {string} query
 * @param {string} stage
 */
export function withoutStage(query, stage) {
  return query.replace(` | ${stage}`, "");
}

/**
 * Returns the texts that lines have to contain, which are shown in them.
 * @param {string} query
 */
export function searchedTexts(query) {
  return [...query.matchAll(CONTAINS)].map(([, text]) => unquoted(text)).filter(Boolean);
}

/** @param {string} id of a trace, a dropout or a request */
export function idQuery(id) {
  const filters = ID_FIELDS.map((name) => `${name}=${quoted(id)}`);
  return `${EVERY_LINE} | ${filters.join(" or ")}`;
}

/**
 * Returns the lines of services; those of all where there is none.
 * @param {string[]} services
 */
export function serviceQuery(services) {
  if (!services.length) return EVERY_LINE;
  const text = services.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const [matcher, value] = services.length === 1 ? ["=", services[0]] : ["=~", text];
  return `{service${matcher}${quoted(value)}, job!="canary"}`;
}

/**
 * Returns the query that a reader means who writes no LogQL: an id, or words that lines contain.
 * @param {string} text
 */
export function meantQuery(text) {
  const words = text.trim();
  if (!words || words.includes("{")) return words;
  return ID.test(words) ? idQuery(words) : `${EVERY_LINE} |= ${quoted(words)}`;
}
