import assert from "node:assert/strict";
import { test } from "node:test";
import { cssColor, severity, withOpacity } from "./colors.js";

test("Grafana's names and the numbers of series become variables of the theme", () => {
  const cases = /** @type {[import("./types").Color, string][]} */ ([
    [3, "var(--series-3)"],
    ["green", "var(--green)"],
    ["semi-dark-red", "var(--red)"],
    ["super-light-blue", "var(--blue)"],
    ["--grid", "var(--grid)"],
    [null, "var(--text)"],
  ]);
  for (const [color, expected] of cases) assert.equal(cssColor(color), expected);
});

test("a colour of a threshold says what it means", () => {
  const colors = ["dark-green", "yellow", "semi-dark-orange", "red", "blue", 0, null];
  const expected = ["good", "warning", "warning", "bad", null, null, null];
  assert.deepEqual(colors.map(severity), expected);
});

test("a colour fades by two more digits", () => {
  assert.equal(withOpacity("#1d7f49", 0.5), "#1d7f4980");
  assert.equal(withOpacity("#1d7f49", 0), "#1d7f4900");
  assert.equal(withOpacity("hsl(0 0% 0%)", 0.5), "hsl(0 0% 0%)");
});
