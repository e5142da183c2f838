import assert from "node:assert/strict";
import { test } from "node:test";
import { alertAddress, idAddress, minuteAddress, momentAddress, msOf } from "./links.js";
import { EVERY_LINE, idQuery } from "./log_query.js";

const MS = 1_767_225_600_500;

/** @param {string} address */
const parameters = (address) => Object.fromEntries(new URLSearchParams(address.split("?")[1]));

test("a moment is 200 ms of all sources, in the order of time", () => {
  assert.deepEqual(parameters(momentAddress(MS)), {
    expr: EVERY_LINE,
    from: "1767225600400",
    to: "1767225600600",
    at: "1767225600500",
    order: "asc",
  });
});

test("a minute is that of one service", () => {
  const { expr, from, to } = parameters(minuteAddress("engine", MS));
  assert.equal(expr, '{service="engine", job!="canary"}');
  assert.equal(Number(to) - Number(from), 60_000);
});

test("an id is looked for in all sources", () => {
  assert.equal(parameters(idAddress("abc", MS)).expr, idQuery("abc"));
});

test("an alert leads to what came before it", () => {
  const { service, from, to, at } = parameters(alertAddress({ service: "engine" }, MS / 1000));
  assert.equal(service, "engine");
  assert.deepEqual([Number(at) - Number(from), Number(to) - Number(at)], [120_000, 60_000]);
  assert.equal(parameters(alertAddress({}, 1)).service, "");
});

test("nanoseconds are milliseconds with a fraction", () => {
  assert.equal(msOf("1767225600500000000"), MS);
});
