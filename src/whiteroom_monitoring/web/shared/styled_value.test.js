import assert from "node:assert/strict";
import { test } from "node:test";
import { formatValue } from "./format.js";
import { styledText } from "./styled_value.js";

test("durations, clocks and numbers of another base are written as their unit says", () => {
  /** @type {[number, string, string, number?][]} */
  const cases = [
    [3661, "hms", "01:01:01"],
    [-59, "hms", "−00:00:59"],
    [90_061, "dhms", "1 d 01:01:01"],
    [3661.5, "clock", "01h:01m:01s:500ms"],
    [3661.5, "clock", "01h:01m", 1],
    [61, "clock", "01m:01s:000ms"],
    [0.25, "clock", "250ms"],
    [255, "hex", "FF"],
    [255, "hex0x", "0xFF"],
    [12_345, "sci", "1.2e+4", 1],
  ];
  for (const [value, style, expected, decimals] of cases) {
    assert.equal(styledText(value, style, decimals), expected);
  }
});

test("moments are written as their unit says, in the browser's time zone", () => {
  const ms = new Date(2026, 0, 31, 13, 5, 9).getTime();
  /** @type {[string, string][]} */
  const cases = [
    ["dateTimeAsIso", "2026-01-31 13:05:09"],
    ["dateTimeAsUS", "01/31/2026 1:05:09 pm"],
    ["dateTimeAsSystem", "2026-01-31 13:05:09"],
    ["time:DD.MM.YYYY HH:mm", "31.01.2026 13:05"],
  ];
  for (const [style, expected] of cases) assert.equal(styledText(ms, style), expected);
  const now = new Date();
  assert.equal(
    styledText(now.getTime(), "dateTimeAsIsoNoDateIfToday"),
    styledText(now.getTime(), "dateTimeAsIso").slice(-8),
  );
  assert.equal(styledText(Date.now() - 7_200_000, "dateTimeFromNow"), "2 hours ago");
});

test("a unit may stand before the value, and may count in other than its own size", () => {
  /** @type {import("./types").Unit} */
  const dollars = {
    steps: [
      [1, 1, ""],
      [1000, 1000, "K"],
    ],
    prefix: "$",
  };
  assert.equal(formatValue(1500, dollars), "$1.5K");
  assert.equal(formatValue(0, dollars), "$0");
  assert.equal(
    formatValue(61_000, { steps: [[0, 1, ""]], style: "clock", factor: 0.001 }, 1),
    "01m:01s",
  );
});
