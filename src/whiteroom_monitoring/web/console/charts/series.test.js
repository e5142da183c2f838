import assert from "node:assert/strict";
import { test } from "node:test";
import { newestValue } from "./legend.js";
import { isSparse, isStacked, stackedValues } from "./series.js";
import { visibleThresholds } from "./thresholds.js";
import { timestamps } from "./time_chart.js";

const stacking = { stacking: { mode: "normal" } };

/**
 * @param {string} name
 * @param {import("../types").Values} values
 */
const stacked = (name, values) => ({ name, values, style: stacking });

test("one series alone is not stacked", () => {
  assert.equal(isStacked([stacked("a", [1])]), false);
  assert.equal(isStacked([stacked("a", [1]), stacked("b", [1])]), true);
});

test("stacked values are sums with those below; a gap adds nothing where others have values", () => {
  const series = [stacked("a", [1, null, null]), stacked("b", [10, 20, null])];
  assert.deepEqual(stackedValues(series, new Set()), [
    [1, 0, null],
    [11, 20, null],
  ]);
});

test("a hidden series is no part of the sums", () => {
  const series = [stacked("a", [1]), stacked("b", [10]), stacked("c", [100])];
  assert.deepEqual(stackedValues(series, new Set(["b"])), [[1], [10], [101]]);
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
  assert.deepEqual(visibleThresholds([hidden, off, shown]), thresholds);
  assert.deepEqual(visibleThresholds([hidden, off]), []);
});
