// Makes elements. Text is set as text, never as HTML: what is shown was written by others.

/** @typedef {string | number | Node | null | undefined} Child */
/** @typedef {Record<string, any>} Properties */

/**
 * Makes an HTML element: h("a", { href: "/", onclick: handler }, "text", child, [children]).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties] attributes, and listeners whose names begin with "on"
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  fill(element, properties, children);
  return element;
}

/**
 * Makes an SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, properties = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, properties, children);
  return element;
}

/**
 * @param {HTMLElement | SVGElement} element
 * @param {Properties} properties
 * @param {(Child | Child[])[]} children
 */
function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined && value !== null && value !== false) set(element, name, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(/** @type {string | Node} */ (child));
  }
}

/**
 * @param {HTMLElement | SVGElement} element
 * @param {string} name
 * @param {any} value
 */
function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "style") Object.assign(element.style, value);
  else if (name === "sanitizedHtml") element.innerHTML = value;
  else if (name === "value") Object.assign(element, { value });
  else element.setAttribute(name, value === true ? "" : value);
}

/**
 * Returns the element with an id. Throws when there is none.
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`there is no element #${id}`);
  return element;
}

/**
 * Tells screen readers something.
 * @param {string} text
 */
export function announce(text) {
  byId("status").textContent = text;
}

/**
 * Returns the message of whatever was thrown.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
