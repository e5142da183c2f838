// Colours as the theme has them: Grafana's names, and the palette of series by number.

const NAMED = /^(?:(?:semi-)?(?:dark|light)-|super-light-)?(green|yellow|orange|red|blue|purple|text)$/;

function variable(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// A colour as style sheets understand it: of a series by number, by Grafana's name, or a variable.
export function tint(wanted) {
  if (typeof wanted === "number") return `var(--series-${wanted})`;
  const named = NAMED.exec(wanted ?? "text");
  if (named) return `var(--${named[1]})`;
  if (String(wanted).startsWith("--")) return `var(${wanted})`;
  return CSS.supports("color", wanted) ? wanted : "var(--text)";
}

const known = new Map();
addEventListener("themechange", () => known.clear());

// The same as a canvas understands it, in the present theme.
export function colour(wanted) {
  if (!known.has(wanted)) {
    const found = tint(wanted);
    known.set(wanted, found.startsWith("var(") ? variable(found.slice(4, -1)) : found);
  }
  return known.get(wanted);
}

export function faded(base, opacity) {
  const alpha = Math.round(opacity * 255).toString(16).padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(base) ? base + alpha : base;
}
