import assert from "node:assert/strict";
import { test } from "node:test";
import { axisLabels, formatValue, roundIncrements, toNumber, valueParts } from "./format.js";

/** @typedef {import("./types").Unit} Unit */

/** @type {Unit} */
const SECONDS = {
  steps: [
    [0, 0.001, " ms"],
    [1, 1, " s"],
    [60, 60, " min"],
  ],
};
/** @type {Unit} */
const TIME = {
  steps: [
    [0, 0.001, " ms"],
    [1, 1, " s"],
    [60, 60, " min"],
    [3600, 3600, " h"],
    [86_400, 86_400, " d"],
  ],
};
/** @type {Unit} */
const PERCENT = { steps: [[0, 1, " %"]] };

test("a value is written with its unit's step and three significant digits", () => {
  /** @type {[import("./types").RawValue, string][]} */
  const cases = [
    [0.0123, "12.3 ms"],
    [1, "1 s"],
    [1.239, "1.24 s"],
    [59.98, "1 min"],
    [59.9, "59.9 s"],
    [0.9996, "1 s"],
    [0.9994, "999 ms"],
    [60, "1 min"],
    [-90, "−1.5 min"],
    [0, "0"],
    [null, "–"],
    [undefined, "–"],
    ["NaN", "–"],
    ["Infinity", "∞"],
    ["-Infinity", "−∞"],
  ];
  for (const [value, expected] of cases) assert.equal(formatValue(value, SECONDS), expected);
});

test("zero has the symbol of a unit with one step, and fixed decimals stay", () => {
  assert.deepEqual(valueParts(0, PERCENT), ["0", " %"]);
  assert.deepEqual(valueParts(12.3456, PERCENT, 1), ["12.3", " %"]);
  assert.deepEqual(valueParts(12, PERCENT, 2), ["12.00", " %"]);
});

test("words stand for false and true", () => {
  /** @type {Unit} */
  const unit = { steps: [], words: ["No", "Yes"] };
  assert.deepEqual(
    [0, 1, 7].map((value) => formatValue(value, unit)),
    ["No", "Yes", "Yes"],
  );
});

test("what is no value is no number", () => {
  assert.ok(Number.isNaN(toNumber(null)));
  assert.equal(toNumber("Infinity"), Number.POSITIVE_INFINITY);
  assert.equal(toNumber("1.5"), 1.5);
});

test("the marks of an axis share a unit in which they are round", () => {
  /** @type {[number[], string[]][]} */
  const cases = [
    [
      [0, 20, 40, 60],
      ["0", "20 s", "40 s", "60 s"],
    ],
    [
      [0, 30, 60, 90],
      ["0", "0.5 min", "1.0 min", "1.5 min"],
    ],
    [
      [0, 0.01, 0.02],
      ["0", "10 ms", "20 ms"],
    ],
    [
      [-60, 0, 60],
      ["−1 min", "0", "1 min"],
    ],
  ];
  for (const [marks, expected] of cases) assert.deepEqual(axisLabels(marks, SECONDS), expected);
});

test("distances between marks are powers of two for bytes, and parts of a day for time", () => {
  /** @type {Unit} */
  const bytes = {
    steps: [
      [0, 1, " B"],
      [1024, 1024, " KiB"],
    ],
  };
  assert.ok(roundIncrements(bytes)?.includes(512 * 1024));
  assert.ok(!roundIncrements(bytes)?.includes(1000));
  const increments = roundIncrements(TIME) ?? [];
  for (const size of [0.5, 15, 30 * 60, 6 * 3600, 86_400]) assert.ok(increments.includes(size));
  assert.ok(!increments.includes(50));
  assert.equal(roundIncrements(PERCENT), undefined);
});
