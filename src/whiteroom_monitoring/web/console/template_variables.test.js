import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenText, toggled } from "./template_variables.js";

const ALL = "$__all";

test("All and single values exclude each other, and nothing chosen is All", () => {
  assert.deepEqual(toggled(true, [ALL], "a"), ["a"]);
  assert.deepEqual(toggled(true, ["a"], "b"), ["a", "b"]);
  assert.deepEqual(toggled(true, ["a", "b"], "a"), ["b"]);
  assert.deepEqual(toggled(true, ["a"], "a"), [ALL]);
  assert.deepEqual(toggled(true, ["a", "b"], ALL), [ALL]);
});

test("a variable of one value takes the new one", () => {
  assert.deepEqual(toggled(false, ["a"], "b"), ["b"]);
  assert.deepEqual(toggled(false, ["a"], "a"), ["a"]);
});

test("a menu names one or two values, counts more, and shows texts for values", () => {
  const options = [{ value: "a", text: "Alto" }];
  assert.equal(chosenText({ chosen: [ALL], options }), "All");
  assert.equal(chosenText({ chosen: ["a", "b"], options }), "Alto, b");
  assert.equal(chosenText({ chosen: ["a", "b", "c"], options }), "3 selected");
  assert.equal(chosenText({ chosen: [], options }), "none");
});
