import assert from "node:assert/strict";
import { test } from "node:test";
import { completionsAt } from "./promql_completion.js";

const NAMES = ["audio_level", "level", "level_total", "rate"].map((text) => ({ text }));

/** @type {{ metric: string, label?: string }[]} */
const asked = [];

/** @param {{ metric: string, label?: string }} parameters */
async function getLabels(parameters) {
  asked.push(parameters);
  return { labels: ["channel", "job"], values: ["bass", "drums"] };
}

/** @param {string} before */
async function texts(before) {
  const { start, completions } = await completionsAt(before, NAMES, getLabels);
  return [start, ...completions.map(({ text }) => text)];
}

test("names that begin with what is written come before those that contain it", async () => {
  assert.deepEqual(await texts("rate(lev"), ["lev", "level", "level_total", "audio_level"]);
});

test("nothing is offered before the first letter, nor what is written in full alone", async () => {
  assert.deepEqual(await texts("rate("), [""]);
  assert.deepEqual(await texts("rate"), ["rate"]);
});

test("within braces, labels of the metric before them are offered, and their values in quotes", async () => {
  asked.length = 0;
  assert.deepEqual(await texts("level{"), ["", "channel", "job"]);
  assert.deepEqual(await texts('level{job="x", cha'), ["cha", "channel"]);
  assert.deepEqual(await texts('level{channel=~"dr'), ["dr", "drums"]);
  assert.deepEqual(asked, [
    { metric: "level" },
    { metric: "level" },
    { metric: "level", label: "channel" },
  ]);
});

test("labels are offered after by, without, on and ignoring", async () => {
  for (const word of ["by", "without", "on", "ignoring"]) {
    assert.deepEqual(await texts(`sum ${word} (j`), ["j", "job"]);
  }
});
