// Writes values. A unit is a list of steps: from `at` on, divide by `by` and append `symbol`.

export function number(value) {
  return typeof value === "string" ? Number(value) : value;
}

// The step that suits a value; of a whole axis, that of its largest value.
function stepFor(value, unit) {
  const size = Math.abs(value);
  return unit.steps.findLast(([at]) => size >= at * 0.9999) ?? unit.steps[0];
}

// As many decimals as three digits need.
function decimalsFor(value) {
  const size = Math.abs(value);
  if (size === 0 || size >= 100 || Number.isInteger(value)) return 0;
  if (size >= 10) return 1;
  return size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
}

function digits(value, decimals) {
  const text = value.toFixed(Math.min(decimals, 12));
  return decimals > 0 ? text.replace(/\.?0+$/, "") : text;
}

// [number, symbol], so that the symbol can be smaller than the number.
export function parts(raw, unit, decimals) {
  const value = number(raw);
  if (value === null || value === undefined || Number.isNaN(value)) return ["–", ""];
  if (unit.words) return [unit.words[value === 0 ? 0 : 1], ""];
  if (unit.moment) return [new Date(value).toLocaleString(), ""];
  if (!Number.isFinite(value)) return [value > 0 ? "∞" : "−∞", ""];
  if (value === 0) return ["0", unit.steps.length === 1 ? unit.steps[0][2] : ""];
  const [, by, symbol] = stepFor(value, unit);
  const scaled = value / by;
  const text = decimals === null || decimals === undefined
    ? digits(scaled, decimalsFor(scaled))
    : scaled.toFixed(decimals);
  return [text.replace("-", "−"), symbol];
}

export function written(raw, unit, decimals) {
  return parts(raw, unit, decimals).join("");
}

// Distances between marks of an axis that are round in its unit; without any, uPlot's own are.
export function roundDistances(unit) {
  const at = (symbol) => unit.steps.find((step) => step[2] === symbol)?.[0];
  if (unit.steps.some(([size]) => size === 1024)) {
    return unit.steps.flatMap(([size]) => [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((factor) => size * factor));
  }
  const [second, minute, hour, day] = [at(" s"), at(" min"), at(" h"), at(" d")];
  if (!minute) return undefined;
  const below = Array.from({ length: 10 }, (_, index) => second * 10 ** (index - 9)).flatMap((size) => [size, 2 * size, 5 * size]);
  return [
    ...below, ...[10, 15, 20, 30].map((count) => count * second),
    ...[1, 2, 5, 10, 15, 20, 30].map((count) => count * minute), ...[1, 2, 3, 6, 12].map((count) => count * hour),
    ...[1, 2, 5, 10, 30, 100].map((count) => count * day),
  ];
}

const MOST_DECIMALS = 3;

// How many a distance between marks needs.
function decimalsOf(distance) {
  let found = 0;
  while (found < MOST_DECIMALS && Math.abs(distance * 10 ** found - Math.round(distance * 10 ** found)) > 1e-6) found++;
  return found;
}

// The labels of an axis share one step and one number of decimals.
export function axisTexts(splits, unit) {
  if (unit.words || unit.moment) return splits.map((split) => written(split, unit));
  const largest = Math.max(...splits.map(Math.abs));
  const distance = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : largest;
  // A third of a minute is 20 s.
  const found = stepFor(largest, unit);
  const [, by, symbol] = decimalsOf(distance / found[1]) < MOST_DECIMALS ? found : stepFor(distance, unit);
  const decimals = decimalsOf(distance / by);
  return splits.map((split) =>
    split === 0 ? "0" : `${(split / by).toFixed(decimals).replace("-", "−")}${symbol}`,
  );
}

const DAY_S = 86_400;
const two = (value) => String(value).padStart(2, "0");

export function clock(seconds, withSeconds = true) {
  const time = new Date(seconds * 1000);
  const text = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return withSeconds ? `${text}:${two(time.getSeconds())}` : text;
}

// Made once: a browser needs long for it.
const ofDay = new Intl.DateTimeFormat([], { month: "short", day: "numeric" });

export function day(seconds) {
  return ofDay.format(seconds * 1000);
}

export function moment(seconds) {
  return `${day(seconds)}, ${clock(seconds)}`;
}

// The labels of a time axis whose marks are `distance` seconds apart.
export function timeTexts(splits, distance) {
  return splits.map((split, index) => {
    if (distance >= DAY_S) return day(split);
    const midnight = new Date(split * 1000).getHours() === 0 && distance >= 3600;
    return midnight && index ? day(split) : clock(split, distance < 60);
  });
}

export function lasting(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < DAY_S) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / DAY_S)} d ${Math.floor((seconds % DAY_S) / 3600)} h`;
}
