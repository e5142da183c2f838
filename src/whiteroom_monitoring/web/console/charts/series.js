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

/**
 * How series lie to each other: the stack of each, the scale of each, and in which order they are
 * drawn. It costs a look at every value, so it is made once for a panel's data.
 * @typedef {{ stacks: string[], scales: string[], order: number[] }} Layout
 */

/**
 * @param {Pick<Series, "style" | "values" | "unit">[]} series
 * @returns {Layout}
 */
export function layoutOf(series) {
  const scales = scalesOf(series);
  const stacks = stacksOf(series, scales);
  return { stacks, scales, order: drawingOrder(stacks) };
}

/**
 * Returns for each series the name of the stack that it is part of, or "": those of one group, scale
 * and direction are put upon each other, if there are several.
 * @param {Pick<Series, "style" | "values" | "unit">[]} series
 * @param {string[]} scales
 */
export function stacksOf(series, scales) {
  const names = series.map(({ style, values }, index) => {
    const { mode, group = "A" } = style.stacking ?? {};
    if (mode !== "normal" && mode !== "percent") return "";
    return [mode, group, scales[index], isBelowZero(values) ? "down" : "up"].join(" ");
  });
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name) => (counts.get(name) === 1 && !name.startsWith("percent") ? "" : name));
}

/** @param {Values} values */
function isBelowZero(values) {
  let sum = 0;
  for (const value of values) sum += value ?? 0;
  return sum < 0;
}

/**
 * Returns which scale each series has: those of one unit and side share one. The first is "y".
 * @param {Pick<Series, "style" | "unit">[]} series
 */
export function scalesOf(series) {
  /** @type {Map<string, string>} */
  const names = new Map();
  return series.map(({ style, unit }) => {
    const side = style.axisPlacement === "right" ? "right" : "";
    const key = `${side} ${style.scaleDistribution?.type ?? ""} ${JSON.stringify(unit)}`;
    const name = names.get(key) ?? (names.size ? `y${names.size}` : "y");
    names.set(key, name);
    return name;
  });
}

/**
 * Returns the indexes of series in the order in which they are drawn: of stacked ones the highest
 * first, so that the others cover it.
 * @param {string[]} stacks
 */
function drawingOrder(stacks) {
  const indexes = stacks.map((_, index) => index);
  return stacks.some(Boolean) ? indexes.reverse() : indexes;
}

/**
 * Returns for each place in the order the next one of the same stack, or -1: what lies below it.
 * @param {Layout} layout
 * @param {(index: number) => boolean} counts tells which series are looked at
 */
function placesBelow({ stacks, order }, counts) {
  /** @type {Map<string, number>} */
  const nearest = new Map();
  const below = order.map(() => -1);
  for (let place = order.length - 1; place >= 0; place--) {
    const stack = stacks[order[place]];
    if (!stack) continue;
    below[place] = nearest.get(stack) ?? -1;
    if (counts(order[place])) nearest.set(stack, place);
  }
  return below;
}

/**
 * Returns the values as they are drawn. Stacked ones are sums with those below, of which hidden ones
 * are no part; where one has no value and others have, it adds nothing.
 * @param {Pick<Series, "name" | "values" | "style" | "unit">[]} series
 * @param {Set<string>} hidden
 * @param {string[]} stacks
 * @returns {Values[]}
 */
export function stackedValues(series, hidden, stacks) {
  /** @type {Map<string, { sums: Float64Array, wholes: Float64Array, known: boolean[] }>} */
  const totals = new Map();
  /** @type {Map<string, Pick<Series, "values">[]>} */
  const visible = new Map(stacks.filter(Boolean).map((stack) => [stack, []]));
  series.forEach((one, at) => {
    if (!hidden.has(one.name)) visible.get(stacks[at])?.push(one);
  });
  for (const [stack, members] of visible) totals.set(stack, total(members));
  return series.map(({ name, values }, index) => {
    const stack = totals.get(stacks[index]);
    if (!stack || hidden.has(name)) return values;
    const { sums, wholes, known } = stack;
    const isShare = stacks[index].startsWith("percent");
    return values.map((value, at) => {
      sums[at] += value ?? 0;
      if (!known[at]) return null;
      return isShare ? (wholes[at] ? (100 * sums[at]) / wholes[at] : 0) : sums[at];
    });
  });
}

/** @param {Pick<Series, "values">[]} shown those of one stack */
function total(shown) {
  const length = shown[0]?.values.length ?? 0;
  const known = Array.from({ length }, (_, at) => shown.some(({ values }) => values[at] !== null));
  const wholes = new Float64Array(length);
  for (const { values } of shown) {
    values.forEach((value, at) => {
      wholes[at] += Math.abs(value ?? 0);
    });
  }
  return { sums: new Float64Array(length), wholes, known };
}

/**
 * Returns values in which gaps are no gaps that are shorter than a series spans: uPlot draws over
 * what is undefined.
 * @param {Values} values
 * @param {boolean | number | undefined} span in milliseconds, or whether any gap is spanned
 * @param {number} step in seconds
 */
export function spanned(values, span, step) {
  if (typeof span !== "number") return values;
  /** @type {(number | null | undefined)[]} */
  const filled = [...values];
  let last = -1;
  values.forEach((value, at) => {
    if (value === null) return;
    if (last >= 0 && (at - last) * step * 1000 <= span) filled.fill(undefined, last + 1, at);
    last = at;
  });
  return filled;
}

/**
 * @param {Series[]} series
 * @param {number} index
 * @param {Set<string>} hidden
 * @param {Layout} layout
 */
export function uplotSeries(series, index, hidden, { stacks, scales }) {
  const { name, colour, style, values } = series[index];
  const isBars = style.drawStyle === "bars";
  const hasLine = !isBars && style.drawStyle !== "points";
  const isFilledByUplot = style.fillOpacity && !fillerOf(style, stacks[index]);
  const { linear, [style.lineInterpolation ?? "linear"]: paths = linear } = pathBuilders();
  return {
    label: name,
    scale: scales[index],
    show: !hidden.has(name),
    stroke: () => canvasColor(colour),
    dash: dashOf(style),
    width: isBars ? 0 : (style.lineWidth ?? 1),
    fill: isFilledByUplot
      ? (/** @type {uPlot} */ plot) => fillColor(series[index], plot)
      : undefined,
    spanGaps: style.spanNulls === true,
    points: {
      show: showsPoints(style) || (!isBars && isSparse(values)),
      size: style.pointSize ?? 5,
    },
    paths: hasLine ? paths : () => null,
  };
}

/** @param {SeriesStyle} style */
function dashOf({ lineStyle }) {
  if (lineStyle?.fill === "dash") return lineStyle.dash ?? [10, 10];
  return lineStyle?.fill === "dot" ? (lineStyle.dash ?? [0, 10]) : undefined;
}

/**
 * @param {Series} series
 * @param {uPlot} plot
 */
function fillColor({ colour, style }, plot) {
  const color = canvasColor(colour);
  const opacity = (style.fillOpacity ?? 0) / 100;
  return style.fillFades ? fading(color, opacity, plot) : withOpacity(color, opacity);
}

/**
 * Returns a colour that has its opacity at the top of a chart and none at its bottom.
 * @param {string} color
 * @param {number} opacity
 * @param {Pick<uPlot, "ctx" | "bbox">} plot
 */
export function fading(color, opacity, { ctx, bbox }) {
  const gradient = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height);
  gradient.addColorStop(0, withOpacity(color, opacity));
  gradient.addColorStop(1, withOpacity(color, 0));
  return gradient;
}

/**
 * Returns what fills a series, where it is not uPlot.
 * @param {SeriesStyle} style
 * @param {string} stack
 */
function fillerOf({ drawStyle, lineInterpolation = "linear" }, stack) {
  if (drawStyle === "bars") return drawBars;
  const isLinearArea = drawStyle !== "points" && lineInterpolation === "linear";
  return stack && isLinearArea ? drawArea : null;
}

/**
 * @param {uPlot} plot
 * @param {Series[]} series
 * @param {Layout} layout
 * @param {Set<string>} hidden
 */
export function fillSeries(plot, series, layout, hidden) {
  const { stacks, scales, order } = layout;
  const below = placesBelow(layout, (index) => !hidden.has(series[index].name));
  order.forEach((index, place) => {
    const { name, style } = series[index];
    if (!style.fillOpacity || hidden.has(name)) return;
    const fill = fillerOf(style, stacks[index]);
    fill?.(
      plot,
      { place: place + 1, below: below[place] + 1, scale: scales[index] },
      fillColor(series[index], plot),
    );
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
 * @param {Layout} layout
 */
export function bandsBetween(series, layout) {
  const { stacks, order } = layout;
  const below = placesBelow(layout, () => true);
  /** @type {Map<string, number>} */
  const places = new Map();
  order.forEach((index, place) => {
    if (!places.has(series[index].name)) places.set(series[index].name, place);
  });
  const bands = order.flatMap((index, place) => {
    const { style } = series[index];
    const isFilledHere = !style.fillBelowTo && fillerOf(style, stacks[index]);
    const lower = style.fillBelowTo ? (places.get(style.fillBelowTo) ?? -1) : below[place];
    return lower < 0 || isFilledHere ? [] : [{ series: [place + 1, lower + 1] }];
  });
  return bands.length ? bands : undefined;
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
 * Returns uPlot's scale of series: logarithmic, or with the range that the panel fixes, else what the
 * data needs, with 0 in it where that is near.
 * @param {Series[]} series those of one scale
 * @param {boolean} isShare
 */
export function valueScale(series, isShare) {
  const { type, log = 10, linearThreshold = 1 } = series[0]?.style.scaleDistribution ?? {};
  if (isShare) return { range: () => [0, 100] };
  if (type === "symlog") return { distr: 4, asinh: linearThreshold, range: valueRange(series) };
  if (type !== "log") return { range: valueRange(series) };
  const { least, most } = limits(series);
  return {
    distr: 3,
    log,
    range: (
      /** @type {uPlot} */ _plot,
      /** @type {number | null} */ low,
      /** @type {number | null} */ high,
    ) => logRange(least ?? low, most ?? high, log),
  };
}

/**
 * Returns whole powers around values; zero and what is below have no place there.
 * @param {number | null | undefined} low
 * @param {number | null | undefined} high
 * @param {number} base
 * @returns {[number, number]}
 */
export function logRange(low, high, base) {
  const top = high !== null && high !== undefined && high > 0 ? high : base;
  const bottom = low !== null && low !== undefined && low > 0 ? low : top / base ** 3;
  const power = (/** @type {number} */ value) => Math.log(value) / Math.log(base);
  const from = base ** Math.floor(power(bottom) + 1e-9);
  const to = base ** Math.ceil(power(top) - 1e-9);
  return [from, to > from ? to : from * base];
}

/** @param {Series[]} series */
function limits(series) {
  return { least: firstOf(series, ({ min }) => min), most: firstOf(series, ({ max }) => max) };
}

/**
 * Returns uPlot's function for the range of values: what the panel fixes, else what the data needs,
 * with 0 in it where that is near.
 * @param {Series[]} series
 */
export function valueRange(series) {
  const { least, most } = limits(series);
  const softLeast = firstOf(series, ({ style }) => style.axisSoftMin);
  const softMost = firstOf(series, ({ style }) => style.axisSoftMax);
  const isCentered = series.some(({ style }) => style.axisCenteredZero);
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
    const size = Math.max(Math.abs(from), Math.abs(to));
    const bottom = least ?? (isCentered ? -size : from);
    const top = most ?? (isCentered ? size : to);
    return [bottom, top > bottom ? top : bottom + 1];
  };
}
