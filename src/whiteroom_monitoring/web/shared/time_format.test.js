import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, formatTimeOfDay, formatTimeRange, timeLabels } from "./time_format.js";

/** @param {string} text of a local time */
const seconds = (text) => new Date(text).getTime() / 1000;

test("a duration is written with its two largest units", () => {
  const cases = /** @type {[number, string][]} */ ([
    [0.4, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [3599, "59 min"],
    [3660, "1 h 1 min"],
    [86_399, "23 h 59 min"],
    [90_000, "1 d 1 h"],
  ]);
  for (const [value, expected] of cases) assert.equal(formatDuration(value), expected);
});

test("a time of day has two digits, and seconds unless it is told otherwise", () => {
  assert.equal(formatTimeOfDay(seconds("2026-01-02T03:04:05")), "03:04:05");
  assert.equal(formatTimeOfDay(seconds("2026-01-02T03:04:05"), false), "03:04");
});

test("a range within a day names the day once", () => {
  const [from, to] = [seconds("2026-01-02T03:04"), seconds("2026-01-02T05:06")];
  assert.ok(/ 03:04 to 05:06$/.test(formatTimeRange(from, to)));
  const later = seconds("2026-01-03T05:06");
  assert.ok(/ 03:04 to \S+ \S+ 05:06$/.test(formatTimeRange(from, later)));
});

test("an axis names days where they begin, and seconds where marks are close", () => {
  const hours = ["T22:00", "T23:00"].map((time) => seconds(`2026-01-02${time}`));
  const labels = timeLabels([...hours, seconds("2026-01-03T00:00")], 3600);
  assert.deepEqual(labels.slice(0, 2), ["22:00", "23:00"]);
  assert.ok(labels[2].includes("3"));
  assert.ok(!labels[2].includes(":"));
  assert.deepEqual(timeLabels([seconds("2026-01-02T03:04:05")], 5), ["03:04:05"]);
  assert.deepEqual(timeLabels([seconds("2026-01-02T03:04:05")], 60), ["03:04"]);
});

test("short ranges and near marks are told to the second and the millisecond", () => {
  const start = seconds("2026-01-31T12:00:00");
  assert.ok(formatTimeRange(start, start + 7200).endsWith("12:00 to 14:00"));
  assert.ok(formatTimeRange(start, start + 60).endsWith("12:00:00 to 12:01:00"));
  assert.ok(formatTimeRange(start + 0.1, start + 0.3).endsWith("12:00:00.100 to 12:00:00.300"));
  assert.deepEqual(timeLabels([start + 0.01, start + 59.9996], 0.1), ["00.010", "00.000"]);
});
