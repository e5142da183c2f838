// Colours of the theme: Grafana's names, and the palette of series by number.
import { icon } from "../shared/icons.js";

/** @typedef {import("./types").Color} Color */

const NAMED =
  /^(?:(?:semi-)?(?:dark|light)-|super-light-)?(green|yellow|orange|red|blue|purple|text)$/;

/**
 * Returns a colour for a style sheet. `color` is the number of a series, a name of Grafana's, a
 * variable of the theme such as `--grid`, or a colour of CSS.
 * @param {Color | undefined} color
 */
export function cssColor(color) {
  if (typeof color === "number") return `var(--series-${color})`;
  const name = color ?? "text";
  const named = NAMED.exec(name);
  if (named) return `var(--${named[1]})`;
  if (name.startsWith("--")) return `var(${name})`;
  return CSS.supports("color", name) ? name : "var(--text)";
}

/** @type {Map<Color | undefined, string>} */
const resolved = new Map();
globalThis.addEventListener?.("themechange", () => resolved.clear());

/** @param {string} css */
function resolve(css) {
  if (!css.startsWith("var(")) return css;
  return getComputedStyle(document.documentElement).getPropertyValue(css.slice(4, -1)).trim();
}

/**
 * Returns the same for a canvas, in the present theme.
 * @param {Color | undefined} color
 */
export function canvasColor(color) {
  let cached = resolved.get(color);
  if (cached === undefined) {
    cached = resolve(cssColor(color));
    resolved.set(color, cached);
  }
  return cached;
}

/**
 * @param {string} color such as #1d7f49
 * @param {number} opacity from 0 to 1
 */
export function withOpacity(color, opacity) {
  const alpha = Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(color) ? color + alpha : color;
}

/**
 * Returns what the colour of a value means, or null.
 * @param {Color | undefined} color
 */
export function severity(color) {
  const name = String(color ?? "");
  if (name.endsWith("green")) return "good";
  if (/(yellow|orange)$/.test(name)) return "warning";
  return name.endsWith("red") ? "bad" : null;
}

/**
 * Returns an icon that says what the colour of a value says, or null.
 * @param {Color | undefined} color
 */
export function severityIcon(color) {
  const meaning = severity(color);
  return meaning && icon(meaning, meaning);
}
