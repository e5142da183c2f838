// Turns the series of a panel into what uPlot draws: lines, areas or bars, stacked or not.
import { canvasColor, withOpacity } from "../colors.js";
import { drawArea, drawBars } from "./filled_series.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {import("../types").SeriesStyle} SeriesStyle */
/** @typedef {import("../types").Values} Values */

const PADDING = 0.1;

/** @type {Record<string, uPlot.Paths> | null} */
let builders = null;

function pathBuilders() {
  builders ??= {
    linear: uPlot.paths.linear(),
    smooth: uPlot.paths.spline(),
    stepAfter: uPlot.paths.stepped({ align: 1 }),
    stepBefore: uPlot.paths.stepped({ align: -1 }),
  };
  return builders;
}

/** @param {Pick<Series, "style">[]} series */
export function isStacked(series) {
  return series.length > 1 && series[0].style.stacking?.mode === "normal";
}

/**
 * Returns the indexes of series in the order in which they are drawn: of stacked ones the highest
 * first, so that the others cover it.
 * @param {Series[]} series
 */
export function drawingOrder(series) {
  const indexes = series.map((_, index) => index);
  return isStacked(series) ? indexes.reverse() : indexes;
}

/**
 * Returns the values as they are drawn. Stacked ones are sums with those below, of which hidden ones
 * are no part; where one has no value and others have, it adds nothing.
 * @param {Pick<Series, "name" | "values" | "style">[]} series
 * @param {Set<string>} hidden
 * @returns {Values[]}
 */
export function stackedValues(series, hidden) {
  if (!isStacked(series)) return series.map(({ values }) => values);
  const shown = series.filter(({ name }) => !hidden.has(name));
  const isKnown = series[0].values.map((_, at) => shown.some(({ values }) => values[at] !== null));
  const sums = new Float64Array(isKnown.length);
  return series.map(({ name, values }) => {
    if (hidden.has(name)) return values;
    return values.map((value, at) => {
      sums[at] += value ?? 0;
      return isKnown[at] ? sums[at] : null;
    });
  });
}

/**
 * @param {Series[]} series
 * @param {number} index
 * @param {Set<string>} hidden
 */
export function uplotSeries(series, index, hidden) {
  const { name, colour, style, values } = series[index];
  const isBars = style.drawStyle === "bars";
  const hasLine = !isBars && style.drawStyle !== "points";
  const isFilledByUplot = style.fillOpacity && !fillerOf(series, style);
  const { linear, [style.lineInterpolation ?? "linear"]: paths = linear } = pathBuilders();
  return {
    label: name,
    show: !hidden.has(name),
    stroke: () => canvasColor(colour),
    dash: style.lineStyle?.fill === "dash" ? (style.lineStyle.dash ?? [8, 6]) : undefined,
    width: isBars ? 0 : (style.lineWidth ?? 1),
    fill: isFilledByUplot ? () => fillColor(series[index]) : undefined,
    spanGaps: Boolean(style.spanNulls),
    points: {
      show: showsPoints(style) || (!isBars && isSparse(values)),
      size: style.pointSize ?? 5,
    },
    paths: hasLine ? paths : () => null,
  };
}

/** @param {Series} series */
function fillColor({ colour, style }) {
  return withOpacity(canvasColor(colour), (style.fillOpacity ?? 0) / 100);
}

/**
 * Returns what fills a series, where it is not uPlot.
 * @param {Series[]} series
 * @param {SeriesStyle} style
 */
function fillerOf(series, { drawStyle, lineInterpolation = "linear" }) {
  if (drawStyle === "bars") return drawBars;
  const isLinearArea = drawStyle !== "points" && lineInterpolation === "linear";
  return isStacked(series) && isLinearArea ? drawArea : null;
}

/**
 * @param {uPlot} plot
 * @param {Series[]} series
 * @param {number[]} order
 * @param {Set<string>} hidden
 */
export function fillSeries(plot, series, order, hidden) {
  order.forEach((index, place) => {
    const { name, style } = series[index];
    if (!style.fillOpacity || hidden.has(name)) return;
    const fill = fillerOf(series, style);
    fill?.(plot, place + 1, fillColor(series[index]), isStacked(series));
  });
}

/** @param {SeriesStyle} style */
function showsPoints({ drawStyle, showPoints }) {
  return drawStyle === "points" || showPoints === "always";
}

/**
 * A line needs two neighbours; what has none is drawn as a point.
 * @param {Values} values
 */
export function isSparse(values) {
  let known = 0;
  for (const value of values) {
    if (value !== null) known++;
    if (known > 2) return false;
  }
  return known > 0;
}

/**
 * Returns between which of the drawn series an area lies, instead of reaching down to 0.
 * @param {Series[]} series
 */
export function stackBands(series) {
  if (!isStacked(series) || fillerOf(series, series[0].style)) return undefined;
  return series.slice(1).map((_, index) => ({ series: [index + 1, index + 2] }));
}

/**
 * Returns the first that is configured.
 * @param {Series[]} series
 * @param {(one: Series) => number | null | undefined} read
 */
function firstOf(series, read) {
  return series.map(read).find((value) => value !== null && value !== undefined);
}

/**
 * Returns uPlot's function for the range of values: what the panel fixes, else what the data needs,
 * with 0 in it where that is near.
 * @param {Series[]} series
 */
export function valueRange(series) {
  const least = firstOf(series, ({ min }) => min);
  const most = firstOf(series, ({ max }) => max);
  const softLeast = firstOf(series, ({ style }) => style.axisSoftMin);
  const softMost = firstOf(series, ({ style }) => style.axisSoftMax);
  /**
   * @param {uPlot} _plot
   * @param {number | null} low
   * @param {number | null} high
   */
  return (_plot, low, high) => {
    if (low === null || low === undefined || high === null) {
      return [least ?? 0, most ?? (least ?? 0) + 1];
    }
    const softLow = Math.min(low, softLeast ?? low);
    const softHigh = Math.max(high, softMost ?? high);
    const [from, to] = uPlot.rangeNum(softLow, softHigh, PADDING, true);
    const bottom = least ?? from;
    const top = most ?? to;
    return [bottom, top > bottom ? top : bottom + 1];
  };
}
