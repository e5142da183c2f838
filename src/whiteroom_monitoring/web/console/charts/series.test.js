import assert from "node:assert/strict";
import { test } from "node:test";
import { newestValue } from "./legend.js";
import {
  bandsBetween,
  fading,
  fillSeries,
  isSparse,
  layoutOf,
  logRange,
  scalesOf,
  spanned,
  stackedValues,
  uplotSeries,
} from "./series.js";
import { lineColors, visibleThresholds } from "./thresholds.js";
import { timestamps } from "./time_chart.js";

/** @type {import("../../shared/types").Unit} */
const unit = { steps: [[0, 1, ""]] };
const stacking = { stacking: { mode: "normal" } };

/**
 * @param {string} name
 * @param {import("../types").Values} values
 */
const stacked = (name, values) => ({ name, values, style: stacking, unit });

/** @param {Pick<import("../types").Series, "name" | "values" | "style" | "unit">[]} series */
const sumsOf = (series, hidden = new Set()) =>
  stackedValues(series, hidden, layoutOf(series).stacks);

test("a fill that fades has its opacity above and none below", () => {
  /** @type {[number, string][]} */
  const stops = [];
  const addColorStop = (/** @type {number} */ at, /** @type {string} */ color) =>
    stops.push([at, color]);
  const plot = /** @type {any} */ ({
    ctx: { createLinearGradient: (/** @type {number[]} */ ...ends) => ({ ends, addColorStop }) },
    bbox: { top: 10, height: 100 },
  });
  const { ends } = /** @type {any} */ (fading("#ff0000", 0.2, plot));
  assert.deepEqual(ends, [0, 10, 0, 110]);
  assert.deepEqual(stops, [
    [0, "#ff000033"],
    [1, "#ff000000"],
  ]);
});

test("one series alone is not stacked", () => {
  assert.deepEqual(layoutOf([stacked("a", [1])]).stacks, [""]);
  const [a, b] = layoutOf([stacked("a", [1]), stacked("b", [1])]).stacks;
  assert.ok(a && a === b);
});

test("a series that an override takes out of the stack is no part of its sums", () => {
  const total = { ...stacked("total", [24]), style: { stacking: { mode: "none" } } };
  const series = [total, stacked("used", [10]), stacked("cache", [14])];
  assert.deepEqual(sumsOf(series), [[24], [10], [24]]);
});

test("stacks are those of one group, one scale and one direction", () => {
  const other = { style: { stacking: { mode: "normal", group: "B" } } };
  const series = [
    stacked("in", [3, null]),
    stacked("also in", [4, 1]),
    stacked("out", [-1, -1]),
    stacked("also out", [-2, -2]),
    { ...stacked("alone", [7, 7]), ...other },
  ];
  const sums = [
    [3, 0],
    [7, 1],
    [-1, -1],
    [-3, -3],
    [7, 7],
  ];
  assert.deepEqual(sumsOf(series), sums);
});

test("shares of a stack are in percent, up to 100", () => {
  const share = { style: { stacking: { mode: "percent" } } };
  const series = [
    { ...stacked("a", [1, 0]), ...share },
    { ...stacked("b", [3, 0]), ...share },
  ];
  assert.deepEqual(sumsOf(series), [
    [25, 0],
    [100, 0],
  ]);
});

test("series of one unit and side share a scale, others have their own", () => {
  /** @type {import("../../shared/types").Unit} */
  const bytes = { steps: [[0, 1, " B"]] };
  const right = { style: { axisPlacement: "right" }, unit };
  assert.deepEqual(scalesOf([{ style: {}, unit }, { style: {}, unit: bytes }, right]), [
    "y",
    "y1",
    "y2",
  ]);
});

test("only gaps are spanned that are as short as the panel says", () => {
  const values = [1, null, 2, null, null, 3];
  assert.deepEqual(spanned(values, 20_000, 10), [1, undefined, 2, null, null, 3]);
  assert.deepEqual(spanned(values, 30_000, 10), [1, undefined, 2, undefined, undefined, 3]);
  assert.equal(spanned(values, true, 10), values);
});

test("a logarithmic axis reaches from power to power, and has no place for zero", () => {
  assert.deepEqual(logRange(3, 900, 10), [1, 1000]);
  assert.deepEqual(logRange(10, 10, 10), [10, 100]);
  assert.deepEqual(logRange(0, 8, 2), [1, 8]);
  assert.deepEqual(logRange(null, null, 10), [0.01, 10]);
});

test("a band lies between a series and the one that it names", () => {
  const series = /** @type {import("../types").Series[]} */ (
    /** @type {unknown} */ ([
      { name: "p99", values: [2], unit, style: { fillBelowTo: "p50" } },
      { name: "p50", values: [1], unit, style: {} },
    ])
  );
  assert.deepEqual(bandsBetween(series, layoutOf(series)), [{ series: [1, 2] }]);
});

test("stacked values are sums with those below; a gap adds nothing where others have values", () => {
  const series = [stacked("a", [1, null, null]), stacked("b", [10, 20, null])];
  assert.deepEqual(sumsOf(series), [
    [1, 0, null],
    [11, 20, null],
  ]);
});

test("a hidden series is no part of the sums", () => {
  const series = [stacked("a", [1]), stacked("b", [10]), stacked("c", [100])];
  assert.deepEqual(sumsOf(series, new Set(["b"])), [[1], [10], [101]]);
});

test("a series of one or two values is drawn as points, one of none or of more is not", () => {
  const cases = [[null], [1, null], [1, null, 2], [1, 2, 3]];
  assert.deepEqual(cases.map(isSparse), [false, true, true, false]);
});

test("the newest value is the last that there is", () => {
  assert.equal(newestValue([1, 2, null]), 2);
  assert.equal(newestValue([null]), null);
});

test("times are evenly spaced", () => {
  assert.deepEqual([...timestamps({ start: 10, step: 5, count: 3 })], [10, 15, 20]);
});

test("thresholds are those of the first series that shows any", () => {
  const thresholds = [{ value: 1, color: "red" }];
  const hidden = { style: {}, thresholds: [] };
  const off = { style: { thresholdsStyle: { mode: "off" } }, thresholds: [] };
  const shown = { style: { thresholdsStyle: { mode: "line" } }, thresholds };
  const scales = ["y", "y", "y1"];
  const expected = { thresholds, mode: "line", scale: "y1" };
  assert.deepEqual(visibleThresholds([hidden, off, shown], scales), expected);
  assert.deepEqual(visibleThresholds([hidden, off], scales).thresholds, []);
});

test("stacks and scales of series are looked for once, whatever their number", () => {
  let reads = 0;
  const count = 40;
  const series = /** @type {import("../types").Series[]} */ (
    /** @type {unknown} */ (
      Array.from({ length: count }, (_, index) => ({
        name: `s${index}`,
        values: [1, 2, 3],
        style: {
          fillOpacity: 10,
          lineInterpolation: "smooth",
          get stacking() {
            reads++;
            return { mode: "normal" };
          },
        },
        get unit() {
          reads++;
          return unit;
        },
      }))
    )
  );
  const none = () => null;
  const paths = { linear: () => none, spline: () => none, stepped: () => none };
  Object.assign(globalThis, { uPlot: { paths } });
  const layout = layoutOf(series);
  assert.equal(reads, 2 * count);
  const made = series.map((_, index) => uplotSeries(series, index, new Set(), layout));
  const bands = bandsBetween(series, layout);
  fillSeries(/** @type {any} */ ({}), series, layout, new Set());
  stackedValues(series, new Set(), layout.stacks);
  assert.deepEqual([reads, made.length, bands?.length], [2 * count, count, count - 1]);
  assert.deepEqual(bands?.[0], { series: [1, 2] });
});

test("a transparent threshold ends the one below it with that one's colour", () => {
  const colors = (/** @type {string[]} */ ...names) =>
    lineColors(names.map((color, index) => ({ value: index || null, color })));
  assert.deepEqual(colors("orange", "transparent", "green"), ["orange", "orange", "green"]);
  assert.deepEqual(colors("transparent", "red"), ["transparent", "red"]);
});
