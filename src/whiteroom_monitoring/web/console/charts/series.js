// Turns the series of a panel into what uPlot draws: lines, areas or bars, stacked or not.
import { colour, faded } from "../colors.js";
import { drawArea, drawBars } from "./filled_series.js";

const paths = () => uPlot.paths;
let shared = null;

function builders() {
  shared ??= {
    linear: paths().linear(),
    smooth: paths().spline(),
    stepAfter: paths().stepped({ align: 1 }),
    stepBefore: paths().stepped({ align: -1 }),
  };
  return shared;
}

export function isStacked(series) {
  return series.length > 1 && series[0].style.stacking?.mode === "normal";
}

// In which order series are drawn: of stacked ones, the highest first, so that others cover it.
export function order(series) {
  const indexes = series.map((_, index) => index);
  return isStacked(series) ? indexes.reverse() : indexes;
}

// Values as they are drawn; stacked ones are sums with those below, of which hidden ones are no part;
// where one has no value and others have, it adds nothing.
export function drawnValues(series, hidden) {
  if (!isStacked(series)) return series.map((one) => one.values);
  const seen = series.filter((one) => !hidden.has(one.name));
  const known = series[0].values.map((_, at) => seen.some((one) => one.values[at] !== null));
  const below = new Float64Array(known.length);
  return series.map((one) => {
    if (hidden.has(one.name)) return one.values;
    return one.values.map((value, at) => (known[at] ? (below[at] += value ?? 0) : null));
  });
}

export function drawnSeries(series, index, hidden) {
  const one = series[index];
  const style = one.style;
  const stroke = () => colour(one.colour);
  const bars = style.drawStyle === "bars";
  const dash = style.lineStyle?.fill === "dash" ? style.lineStyle.dash ?? [8, 6] : undefined;
  return {
    label: one.name,
    show: !hidden.has(one.name),
    stroke,
    dash,
    width: bars ? 0 : style.lineWidth ?? 1,
    fill: style.fillOpacity && !filler(series, style) ? () => paint(one) : undefined,
    spanGaps: Boolean(style.spanNulls),
    points: { show: showsPoints(style) || (!bars && isSparse(one.values)), size: style.pointSize ?? 5 },
    paths: bars || style.drawStyle === "points" ? () => null : builders()[style.lineInterpolation] ?? builders().linear,
  };
}

// What a series fills, if it fills anything.
function paint({ colour: name, style }) {
  return faded(colour(name), style.fillOpacity / 100);
}

// Who fills a series, if it is not uPlot.
function filler(series, { drawStyle, lineInterpolation = "linear" }) {
  if (drawStyle === "bars") return drawBars;
  return isStacked(series) && drawStyle !== "points" && lineInterpolation === "linear" ? drawArea : null;
}

export function fillSeries(plot, series, drawn, hidden) {
  drawn.forEach((index, place) => {
    const { name, style } = series[index];
    if (style.fillOpacity && !hidden.has(name)) filler(series, style)?.(plot, place + 1, paint(series[index]), isStacked(series));
  });
}

function showsPoints(style) {
  return style.drawStyle === "points" || style.showPoints === "always";
}

// A line needs two neighbours; what has none is drawn as a point.
function isSparse(values) {
  let known = 0;
  for (const value of values) if (value !== null && ++known > 2) return false;
  return known > 0;
}

// Between which of the drawn series an area lies, instead of reaching down to 0.
export function bands(series) {
  if (!isStacked(series) || filler(series, series[0].style)) return undefined;
  return series.slice(1).map((_, index) => ({ series: [index + 1, index + 2] }));
}

function first(series, read) {
  return series.map(read).find((value) => value !== null && value !== undefined);
}

// The range of values: what the panel fixes, else what the data needs, with 0 in it where near.
export function valueRange(series) {
  const [least, most] = [first(series, (one) => one.min), first(series, (one) => one.max)];
  const softLeast = first(series, (one) => one.style.axisSoftMin);
  const softMost = first(series, (one) => one.style.axisSoftMax);
  return (plot, low, high) => {
    if (low === null || low === undefined) return [least ?? 0, most ?? (least ?? 0) + 1];
    const [from, to] = uPlot.rangeNum(Math.min(low, softLeast ?? low), Math.max(high, softMost ?? high), 0.1, true);
    const bottom = least ?? from;
    const top = most ?? to;
    return [bottom, top > bottom ? top : bottom + 1];
  };
}

export function limits(series) {
  const shown = series.find((one) => (one.style.thresholdsStyle?.mode ?? "off") !== "off");
  return shown ? shown.thresholds : [];
}
