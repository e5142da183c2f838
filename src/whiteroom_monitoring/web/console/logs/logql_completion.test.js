import assert from "node:assert/strict";
import { test } from "node:test";
import { completionsAt } from "./logql_completion.js";

/** @type {unknown[][]} */
const requested = [];
const NAMES = {
  labels: async (/** @type {unknown[]} */ ...words) => {
    requested.push(words);
    return words[1] ? ["engine", "backend"] : ["job", "level"];
  },
  fields: async (/** @type {unknown[]} */ ...words) => {
    requested.push(words);
    return [
      { name: "status", parsers: ["json"] },
      { name: "trace_id", parsers: [] },
    ];
  },
  fieldValues: async (/** @type {unknown[]} */ ...words) => {
    requested.push(words);
    return ["200", "500"];
  },
};

/** @param {string} before */
async function offered(before) {
  requested.length = 0;
  const { start, completions } = await completionsAt(before, NAMES);
  return [start, ...completions.map(({ text, open = "" }) => text + open)];
}

test("within braces labels are offered, and between quotes their values, of streams that fit", async () => {
  assert.deepEqual(await offered("{"), ["", 'job="', 'level="']);
  assert.deepEqual(await offered('{job="engine", le'), ["le", 'level="']);
  assert.deepEqual(requested, [['{job="engine"}']]);
  assert.deepEqual(await offered('{job="eng'), ["eng", 'engine"']);
  assert.deepEqual(await offered('{job="a", level=~"'), ["", 'engine"', 'backend"']);
  assert.deepEqual(requested, [['{job="a"}', "level"]]);
});

test("behind a bar stages and fields are offered, with the parser that finds them", async () => {
  const all = await offered('{job="a"} |');
  assert.ok(all.includes("| json") && all.includes('|= "'));
  assert.deepEqual(await offered('{job="a"} | st'), ["| st", '| json | status="']);
  assert.deepEqual(await offered('{job="a"} | json | st'), ["| st", '| status="']);
  assert.deepEqual(requested, [['{job="a"} | json ']]);
  assert.deepEqual(await offered('{job="a"} | tr'), ["| tr", '| trace_id="']);
  assert.deepEqual(await offered('{job="a"} |~'), ["|~", '|~ "']);
});

test("values of fields are those of the lines so far", async () => {
  assert.deepEqual(await offered('{job="a"} | json | status="5'), ["5", '500"']);
  assert.deepEqual(requested, [['{job="a"} | json ', "status"]]);
});

test("functions, groups and ranges have their words", async () => {
  assert.ok((await offered("cou")).includes("count_over_time("));
  assert.deepEqual(await offered("sum by (le"), ["le", "level"]);
  assert.ok((await offered('rate({a="b"}[')).includes("5m]"));
});

test("nothing is offered in a text that lines contain, nor behind a selector", async () => {
  assert.deepEqual(await offered('{job="a"} |= "er'), ["er"]);
  assert.deepEqual(await offered('{job="a"} '), [""]);
  assert.deepEqual(await offered('{job="a", level'), ["level"]);
});
