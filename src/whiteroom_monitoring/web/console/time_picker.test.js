import assert from "node:assert/strict";
import { test } from "node:test";
import { addressTime, editableTime } from "./time_picker.js";

test("a relative time is edited and sent as it was written", () => {
  assert.equal(editableTime("now-1d/d", 1), "now-1d/d");
  assert.equal(addressTime("now-1d/d", 1), "now-1d/d");
});

test("a date is edited in the local time zone, and sent so that it means the same to everybody", () => {
  const seconds = new Date("2026-01-02T03:04").getTime() / 1000;
  assert.equal(editableTime(String(seconds * 1000), seconds), "2026-01-02 03:04");
  assert.equal(addressTime("2026-01-02 03:04", seconds), String(seconds * 1000));
});

test("a time that the server has not resolved yet is edited as it stands", () => {
  assert.equal(editableTime("1700000000000", undefined), "1700000000000");
});
