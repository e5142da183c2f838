import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EVERY_LINE,
  hasParser,
  idQuery,
  isLogQuery,
  meantQuery,
  searchedTexts,
  selectorOf,
  serviceQuery,
  streamSelector,
  withFilter,
  withMatcher,
  withoutStage,
  withStage,
} from "./log_query.js";

test("a query of lines begins with a selector, one of numbers does not", () => {
  for (const query of ['{a="}"}', ' {a=`}`} |= "x"', '# why\n{a="b"}'])
    assert.ok(isLogQuery(query));
  for (const query of ['rate({a="b"}[1m])', "", '{a="b', "vector(1)"])
    assert.ok(!isLogQuery(query));
  assert.equal(selectorOf('{a="}", b=`{`} | json'), '{a="}", b=`{`}');
});

test("a matcher takes the place of those that it contradicts, and leaves the rest", () => {
  assert.equal(withMatcher('{a="b"} |= "a"', "c", "=", "d"), '{a="b", c="d"} |= "a"');
  assert.equal(withMatcher('{a="b", c!="d"}', "c", "=", "d"), '{a="b", c="d"}');
  assert.equal(withMatcher('{a="x", b=~"y"}', "a", "=", "z"), '{b=~"y", a="z"}');
  assert.equal(withMatcher('{a=~"x|z"}', "a", "=", "z"), '{a=~"x|z", a="z"}');
  assert.equal(withMatcher('{a="b", c="d"}', "c", "!=", "d"), '{a="b", c!="d"}');
  assert.equal(withMatcher('{a="b"}', "c", "=", 'say "x"'), '{a="b", c="say \\"x\\""}');
});

test("a selector says at least one thing that streams have", () => {
  assert.equal(withMatcher('{a="b"}', "a", "!=", "b"), '{job=~".+", a!="b"}');
});

test("a filter stands behind its parser, once, and its opposite goes", () => {
  const query = withFilter('{a="b"}', "status", "=", "500", "json");
  assert.equal(query, '{a="b"} | json | status="500"');
  assert.equal(withFilter(query, "status", "=", "500", "json"), query);
  const other = withFilter(query, "status", "!=", "500", "json");
  assert.equal(other, '{a="b"} | json | status!="500"');
  assert.equal(withFilter('{a="b"}', "trace_id", "=", "x"), '{a="b"} | trace_id="x"');
});

test("a parser between quotes is none", () => {
  assert.ok(hasParser('{a="b"} |= "x" | logfmt'));
  assert.ok(!hasParser('{a="b"} |= "| json"'));
});

test("a stage can be added and taken away", () => {
  const query = withStage('{a="b"} ', 'detected_level="error"');
  assert.equal(query, '{a="b"} | detected_level="error"');
  assert.equal(withoutStage(query, 'detected_level="error"'), '{a="b"}');
});

test("the texts that lines contain are known, with what is escaped in them", () => {
  assert.deepEqual(searchedTexts('{a="b"} |= "x\\"y" != "z" |= `w`'), ['x"y', "w"]);
});

test("who writes no LogQL means an id, or words", () => {
  assert.equal(meantQuery("  "), "");
  assert.equal(meantQuery('{a="b"}'), '{a="b"}');
  assert.equal(meantQuery("0123456789abcdef"), idQuery("0123456789abcdef"));
  assert.equal(meantQuery("disk full"), `${EVERY_LINE} |= "disk full"`);
  assert.ok(idQuery("x").endsWith('| trace_id="x" or dropout_id="x" or request_id="x"'));
});

test("services and streams have their selectors", () => {
  assert.equal(serviceQuery([]), EVERY_LINE);
  assert.equal(serviceQuery(["engine"]), '{service="engine", job!="canary"}');
  assert.equal(serviceQuery(["a.b", "c"]), '{service=~"a\\\\.b|c", job!="canary"}');
  assert.equal(streamSelector({ job: "a", level: "b" }), '{job="a", level="b"}');
});
