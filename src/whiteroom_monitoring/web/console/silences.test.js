import assert from "node:assert/strict";
import { test } from "node:test";
import { matcherText } from "./silences.js";

test("a matcher is written with Alertmanager's operators", () => {
  const matcher = { name: "job", value: "a.*", isRegex: false };
  assert.equal(matcherText(matcher), 'job="a.*"');
  assert.equal(matcherText({ ...matcher, isEqual: false }), 'job!="a.*"');
  assert.equal(matcherText({ ...matcher, isRegex: true }), 'job=~"a.*"');
  assert.equal(matcherText({ ...matcher, isRegex: true, isEqual: false }), 'job!~"a.*"');
});
