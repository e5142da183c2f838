import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePanel, decodeValues } from "./panel_data.js";

/** @param {number[]} values */
const packed = (values) => {
  const bytes = new Uint8Array(new Float32Array(values).buffer);
  return btoa(String.fromCharCode(...bytes));
};

test("values come back as they were packed; what is not finite is no value", () => {
  const values = decodeValues(packed([1, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 0]));
  assert.deepEqual(values, [1, -0.5, null, null, 0]);
  assert.deepEqual(decodeValues(""), []);
});

test("a panel's series and sparklines are decoded, and nothing else is touched", () => {
  const panel = {
    title: "Level",
    series: [{ name: "a", values: packed([1, 2]) }],
    singleValues: [{ line: packed([3]) }, { line: null }],
  };
  assert.deepEqual(decodePanel(panel), {
    title: "Level",
    series: [{ name: "a", values: [1, 2] }],
    singleValues: [{ line: [3] }, { line: null }],
  });
});
