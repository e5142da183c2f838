// Colours as the theme has them: Grafana's names, and the palette of series by number.

const NAMED = /^(?:(?:semi-)?(?:dark|light)-|super-light-)?(green|yellow|orange|red|blue|purple|text)$/;

function variable(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const known = new Map();
addEventListener("themechange", () => known.clear());

// A colour that a canvas understands: of a series by number, by Grafana's name, or a variable.
export function colour(wanted) {
  if (!known.has(wanted)) known.set(wanted, find(wanted));
  return known.get(wanted);
}

function find(wanted) {
  if (typeof wanted === "number") return variable(`--series-${wanted}`);
  const named = NAMED.exec(wanted ?? "text");
  if (named) return variable(`--${named[1]}`);
  if (String(wanted).startsWith("--")) return variable(wanted);
  return CSS.supports("color", wanted) ? wanted : variable("--text");
}

export function faded(base, opacity) {
  const alpha = Math.round(opacity * 255).toString(16).padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(base) ? base + alpha : base;
}
