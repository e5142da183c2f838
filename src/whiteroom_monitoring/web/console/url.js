// The page's address holds what is looked at, in Grafana's parameters.

/** @typedef {import("./types").DashboardLink} DashboardLink */
/** @typedef {Record<string, string | string[] | null>} Changes */

const query = () => new URLSearchParams(location.search);

/**
 * @param {string} name
 * @param {string} [fallback]
 */
export function queryParameter(name, fallback = "") {
  return query().get(name) ?? fallback;
}

/**
 * Changes parameters (a list sets several of one name, null removes one) and sends "urlchange".
 * @param {Changes} changes
 * @param {{ replace?: boolean }} [options]
 */
export function updateQuery(changes, options) {
  const next = query();
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const text of [value].flat()) if (text !== null) next.append(name, text);
  }
  const text = next.toString();
  navigate(text ? `?${text}` : location.pathname, options);
}

/**
 * Goes to an address that this page can show, too.
 * @param {string} address
 * @param {{ replace?: boolean }} options
 */
export function navigate(address, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  dispatchEvent(new Event("urlchange"));
}

globalThis.addEventListener?.("popstate", () => dispatchEvent(new Event("urlchange")));

const isOfView = (/** @type {string} */ name) =>
  name === "from" || name === "to" || name.startsWith("var-");

/**
 * Returns the time range and the variables, which the links of a view keep.
 * @returns {[string, string][]}
 */
export function viewParameters() {
  return [...query()].filter(([name]) => isOfView(name));
}

/**
 * Returns the parameters of every request for data: the view, and the reader's time zone, in which
 * the server reads days and dates.
 * @param {Record<string, string>} [more]
 * @returns {[string, string][]}
 */
export function requestParameters(more = {}) {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...viewParameters(), ...Object.entries({ timezone, ...more })];
}

/**
 * Returns the address of a dashboard's link, with this time range and these variables if it keeps
 * them.
 * @param {DashboardLink} link
 */
export function linkAddress(link) {
  const [path, own = ""] = link.url.split("?");
  const parameters = new URLSearchParams(own);
  for (const [name, value] of query()) {
    const isTime = name === "from" || name === "to";
    const isKept = name.startsWith("var-") ? link.variables : isTime && link.time;
    if (isKept) parameters.append(name, value);
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}
