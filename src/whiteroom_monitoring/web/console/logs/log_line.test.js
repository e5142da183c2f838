import assert from "node:assert/strict";
import { test } from "node:test";
import { enqueue } from "./live_tail.js";
import { keyOf, sourceOf } from "./log_line.js";
import { compareTimes, formatLineTime } from "./log_time.js";

/** @param {string} time */
const line = (time) => ({ time, level: "", labels: {}, metadata: {}, parsed: {}, text: "t" });

test("a line is from its job, and from its service where that says more", () => {
  assert.equal(sourceOf({ job: "engine", service: "engine" }), "engine");
  assert.equal(sourceOf({ job: "syslog", service: "sshd" }), "syslog sshd");
  assert.equal(sourceOf({ service_name: "x" }), "x");
  assert.equal(sourceOf({}), "");
});

test("two lines are told apart by time, stream and text", () => {
  assert.ok(keyOf(line("1")) !== keyOf(line("2")));
  assert.equal(keyOf(line("1")), keyOf(line("1")));
});

test("a time has as many digits as its range needs", () => {
  const ns = "1767225600123456789";
  assert.ok(formatLineTime(ns, 3600).endsWith(".123"));
  assert.ok(formatLineTime(ns, 0.2).endsWith(".123456"));
  assert.ok(/\w+ \d+ |\d+\. \w+ /.test(formatLineTime(ns, 100_000)));
});

test("times are compared to the nanosecond, and by their length", () => {
  assert.ok(compareTimes("1767225600123456788", "1767225600123456789") < 0);
  assert.ok(compareTimes("10", "9") > 0);
  assert.equal(compareTimes("7", "7"), 0);
});

test("what waits is bounded: the oldest lines go, and are counted", () => {
  const waiting = [line("1"), line("2")];
  assert.equal(enqueue(waiting, [line("3"), line("4")], 3), 1);
  assert.deepEqual(
    waiting.map(({ time }) => time),
    ["2", "3", "4"],
  );
  assert.equal(enqueue(waiting, [], 3), 0);
});
