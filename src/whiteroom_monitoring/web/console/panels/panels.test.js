import assert from "node:assert/strict";
import { test } from "node:test";
import { sortedSeries } from "../charts/legend.js";
import { layoutOf } from "../charts/series.js";
import { runbookLink } from "./alert_list.js";
import { extents, outerEnds, roundStep } from "./bar_chart.js";
import { barShare } from "./bar_gauge.js";
import { thresholdRanges } from "./gauge.js";
import { bucketsOf, countedBuckets, withoutEmptyEnds } from "./heatmap.js";
import { Panel } from "./panel.js";
import { slicesOf } from "./pie_chart.js";
import { scaleOf } from "./single_values.js";
import { characterSize, sparklinePoints } from "./stat.js";
import { spansOf } from "./states.js";
import { panelColumns, sortedRows } from "./table.js";
import { nextHidden, shapeOf } from "./timeseries.js";

/** @param {Record<string, unknown>} more */
const single = (more) =>
  /** @type {import("../types").SingleValue} */ (
    /** @type {unknown} */ ({ name: "a", thresholds: [], ...more })
  );

test("a scale reaches from the minimum, or 0, to the maximum, or the largest value or threshold", () => {
  const values = [single({ value: 5 }), single({ value: "Infinity" })];
  assert.equal(scaleOf(values[0], values)(5), 1);
  const limited = single({ value: 5, thresholds: [{ value: 10, color: "red" }] });
  assert.equal(scaleOf(limited, [limited])(5), 0.5);
  const fixed = single({ value: 5, min: 4, max: 8 });
  assert.equal(scaleOf(fixed, [fixed])(5), 0.25);
  assert.deepEqual([0, 99].map(scaleOf(fixed, [fixed])), [0, 1]);
});

test("a bar of an infinity is full, and one of no value is empty", () => {
  const values = ["Infinity", "-Infinity", null].map((value) => single({ value, max: 1 }));
  assert.deepEqual(
    values.map((value) => barShare(value, values)),
    [1, 0, 0],
  );
});

test("a threshold's colour reaches to the next one, the last to the end of the scale", () => {
  const thresholds = [
    { value: null, color: "green" },
    { value: 50, color: "red" },
    { value: 200, color: "purple" },
  ];
  const scale = (/** @type {number} */ value) => Math.min(1, value / 100);
  assert.deepEqual(thresholdRanges({ thresholds }, scale), [
    [0, 0.5, "green"],
    [0.5, 1, "red"],
  ]);
});

test("a long value is smaller than a short one, which has a largest size", () => {
  assert.equal(characterSize(["1", ""]), 19);
  assert.ok(characterSize(["123456789", " ms"]) < 12);
});

test("a sparkline fits its box, leaves out gaps, and needs two values", () => {
  assert.equal(sparklinePoints([0, null, 10]), "0,28 100,2");
  assert.equal(sparklinePoints([null, 3]), "");
  assert.equal(sparklinePoints([3, 3]), "0,28 100,28");
});

/**
 * @param {string} le
 * @param {import("../types").Values} values
 */
const bucket = (le, values) =>
  /** @type {import("../types").Series} */ (/** @type {unknown} */ ({ labels: { le }, values }));

test("a bucket holds what those below it do not, in the order of the bounds", () => {
  const buckets = bucketsOf([bucket("+Inf", [9]), bucket("0.1", [2]), bucket("1", [5])]);
  assert.deepEqual(buckets, [
    { low: 0, bound: 0.1, counts: [2] },
    { low: 0.1, bound: 1, counts: [3] },
    { low: 1, bound: Number.POSITIVE_INFINITY, counts: [4] },
  ]);
});

test("a count that shrinks towards higher buckets is 0, and a gap stays one", () => {
  const [, upper] = bucketsOf([bucket("1", [5, 5]), bucket("2", [4, null])]);
  assert.deepEqual(upper.counts, [0, null]);
});

test("empty buckets at both ends are left out, but for one", () => {
  const counts = [[0], [0], [1], [0], [2], [0], [0]];
  const buckets = counts.map((values, low) => ({ low, bound: low + 1, counts: values }));
  assert.deepEqual(
    withoutEmptyEnds(buckets).map(({ low }) => low),
    [1, 2, 3, 4, 5],
  );
  assert.equal(withoutEmptyEnds(buckets.slice(0, 2)).length, 1);
});

test("rows are sorted by numbers as numbers, and by texts as texts", () => {
  /** @type {import("../types").Column[]} */
  const columns = [
    { name: "n", kind: "number", cells: [10, 9, 100] },
    { name: "s", kind: "string", cells: ["b", null, "a"] },
  ];
  assert.deepEqual(sortedRows(columns, undefined), [0, 1, 2]);
  assert.deepEqual(sortedRows(columns, { column: 0, direction: 1 }), [1, 0, 2]);
  assert.deepEqual(sortedRows(columns, { column: 0, direction: -1 }), [2, 0, 1]);
  assert.deepEqual(sortedRows(columns, { column: 1, direction: 1 }), [1, 2, 0]);
});

test("the table of a time series begins with the newest time", () => {
  const panel = /** @type {import("../types").PanelData} */ (
    /** @type {unknown} */ ({
      times: { start: 10, step: 5, count: 2 },
      series: [{ name: "", values: [1, 2] }],
    })
  );
  const columns = panelColumns(panel);
  assert.deepEqual(
    columns.map(({ name, cells }) => [name, cells]),
    [
      ["Time", [15_000, 10_000]],
      ["value", [2, 1]],
    ],
  );
});

test("the table of a legend is sorted by a calculation or by names, or as the series come", () => {
  const series = /** @type {import("../types").Series[]} */ (
    /** @type {unknown} */ ([
      { name: "a", calcs: [1, 5] },
      { name: "c", calcs: [3, null] },
      { name: "b", calcs: [2, 7] },
    ])
  );
  /** @param {import("../types").LegendOptions} options */
  const names = (options) =>
    sortedSeries(series, { calcs: ["Mean", "Max"], ...options }).map(({ name }) => name);
  assert.deepEqual(names({}), ["a", "c", "b"]);
  assert.deepEqual(names({ sortBy: "Min", sortDesc: true }), ["a", "c", "b"]);
  assert.deepEqual(names({ sortBy: "Mean", sortDesc: true }), ["c", "b", "a"]);
  assert.deepEqual(names({ sortBy: "Max" }), ["c", "a", "b"]);
  assert.deepEqual(names({ sortBy: "Name", sortDesc: true }), ["c", "b", "a"]);
});

test("a click on a legend hides the others, and a second one shows them again", () => {
  const names = ["a", "b", "c"];
  const alone = nextHidden(names, new Set(), "b");
  assert.deepEqual([...alone], ["a", "c"]);
  assert.deepEqual([...nextHidden(names, alone, "b")], []);
  assert.deepEqual([...nextHidden(names, alone, "a")], ["b", "c"]);
});

test("runbooks of our own are pages of the console; only the web is linked otherwise", () => {
  const own = "https://x.example/infrastructure/monitoring/runbooks/FfiSlow.md";
  assert.equal(runbookLink(own), "/runbooks/FfiSlow");
  assert.equal(runbookLink("https://x.example/a"), "https://x.example/a");
  assert.equal(runbookLink("javascript:alert(1)"), null);
  assert.equal(runbookLink(""), null);
});

test("slices are shares of the sum, the largest first; what is not above zero has none", () => {
  const singles = [single({ name: "a", value: 1 }), single({ name: "b", value: 3 })];
  const others = [single({ value: 0 }), single({ value: -2 }), single({ value: null })];
  assert.deepEqual(
    slicesOf([...singles, ...others]).map(({ single: { name }, from, to }) => [name, from, to]),
    [
      ["b", 0, 0.75],
      ["a", 0.75, 1],
    ],
  );
});

/** @param {import("../../shared/types").RawValue[]} values */
const bars = (...values) =>
  /** @type {import("../types").Bars} */ (/** @type {unknown} */ ({ values }));

test("bars begin at zero, or upon those before them, each direction for itself", () => {
  const both = [bars(1, -1, null), bars(2, -3, 4)];
  assert.deepEqual(extents(both, "none")[1], [
    [0, 2],
    [0, -3],
    [0, 4],
  ]);
  assert.deepEqual(extents(both, "normal")[1], [
    [1, 3],
    [-1, -4],
    [0, 4],
  ]);
  assert.deepEqual(extents([bars(1), bars(3)], "percent"), [[[0, 25]], [[25, 100]]]);
});

test("the marks of an axis are 1, 2 or 5 times a power of ten apart", () => {
  assert.deepEqual(
    [1, 7, 30, 0.4].map((size) => roundStep(size, 4)),
    [0.5, 2, 10, 0.1],
  );
});

test("a state lasts until the next one; in a history each moment stands alone", () => {
  const row = /** @type {import("../types").StateRow} */ (
    /** @type {unknown} */ ({ spans: [{ from: 0, to: 1, value: 1 }] })
  );
  const panel = { times: { start: 100, step: 10, count: 4 }, from: 100, to: 140, options: {} };
  const widths = (/** @type {string} */ type) =>
    spansOf(row, { ...panel, type }).map(({ left, width }) => [left, width]);
  assert.deepEqual(widths("state-timeline"), [[0, 50]]);
  assert.deepEqual(widths("status-history"), [
    [0, 25],
    [25, 25],
  ]);
});

test("calculated buckets count the series whose value they hold", () => {
  const series = [{ values: [0, 10, null] }, { values: [0, 0, null] }];
  const buckets = countedBuckets(series);
  assert.deepEqual(buckets[0].counts, [2, 1, 0]);
  assert.deepEqual(buckets.at(-1)?.counts, [0, 1, 0]);
  assert.deepEqual(countedBuckets([{ values: [null] }]), []);
});

test("a panel's own range is not the page's", () => {
  /** @type {unknown[]} */
  const shown = [];
  const panel = Object.assign(Object.create(Panel.prototype), {
    page: { showRange: (/** @type {any} */ { from, to }) => shown.push([from, to]) },
    element: { classList: { remove() {} }, removeAttribute() {} },
    draw() {},
  });
  panel.show({ from: 1, to: 2, ownRange: true });
  panel.show({ from: 3, to: 4, ownRange: false });
  panel.show({ problem: "The server did not answer." });
  assert.deepEqual(shown, [[3, 4]]);
});

test("a chart is built anew when its series are drawn in another order, not for new values", () => {
  const shape = (/** @type {number[][]} */ ...values) => {
    const series = values.map((own, index) => ({
      name: `s${index}`,
      colour: index,
      values: own,
      unit: { steps: [[0, 1, ""]] },
      style: { stacking: { mode: "normal" } },
    }));
    const typed = /** @type {import("../types").Series[]} */ (/** @type {unknown} */ (series));
    return shapeOf(typed, layoutOf(typed));
  };
  assert.equal(shape([1, 2, 3], [4, 5, 6]), shape([2, 3, 4], [5, 6, 7]));
  assert.ok(shape([1, 2, 3], [4, 5, 6]) !== shape([1, 2, 3], [-4, -5, -6]));
});

test("the ends of very many bars are found", () => {
  /** @type {[number, number][]} */
  const many = Array.from({ length: 200_000 }, (_, at) => [0, at % 3 ? at : -at]);
  assert.deepEqual(outerEnds([many]), [-199_998, 199_999]);
  assert.deepEqual(outerEnds([]), [0, 0]);
});
