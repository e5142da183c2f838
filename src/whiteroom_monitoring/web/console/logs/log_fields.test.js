import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, summaryOf } from "./log_fields.js";

test("fields of JSON have the names of LogQL; lists and nothing have none", () => {
  assert.deepEqual(fieldsOf('{"a": 1, "b": {"c-d": "x"}, "e": [1], "f": null}'), {
    parser: "json",
    fields: [
      ["a", "1"],
      ["b_c_d", "x"],
    ],
  });
});

test("fields of logfmt are found where a line begins with one", () => {
  assert.deepEqual(fieldsOf('ts=1 msg="a \\"b\\" c" x='), {
    parser: "logfmt",
    fields: [
      ["ts", "1"],
      ["msg", 'a "b" c'],
      ["x", ""],
    ],
  });
  for (const text of ["started a=1 b=2", "a=1", "plain words", '{"broken": ']) {
    assert.equal(fieldsOf(text).parser, "");
  }
});

test("a line says its message first, then what is not shown beside it anyway", () => {
  const line = {
    text: '{"time":"t","level":"warn","message":"lost","trace_id":"x","plugin":"reverb"}',
    labels: { level: "warn" },
    metadata: { trace_id: "x" },
    parsed: {},
  };
  assert.deepEqual(summaryOf(line), { message: "lost", others: [["plugin", "reverb"]] });
  const plain = { ...line, text: "GET / 200" };
  assert.deepEqual(summaryOf(plain), { message: "GET / 200", others: [] });
});
