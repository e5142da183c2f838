import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {string[]} */
const visited = [];
Object.assign(globalThis, {
  location: { search: "", pathname: "/d/a/a" },
  history: {
    pushState: (
      /** @type {null} */ _state,
      /** @type {string} */ _title,
      /** @type {string} */ to,
    ) => visited.push(to),
  },
  dispatchEvent: () => true,
});
const { linkAddress, requestParameters, updateQuery, viewParameters } = await import("./url.js");

/** @param {string} search */
function at(search) {
  location.search = search;
  visited.length = 0;
}

test("a view is its time range and its variables, each as often as it stands there", () => {
  at("?from=now-1h&to=now&var-channel=a&var-channel=b&viewPanel=3");
  const view = [
    ["from", "now-1h"],
    ["to", "now"],
    ["var-channel", "a"],
    ["var-channel", "b"],
  ];
  assert.deepEqual(viewParameters(), view);
  assert.deepEqual(requestParameters().slice(0, 4), view);
  assert.equal(requestParameters()[4][0], "timezone");
});

test("a change sets, repeats and removes parameters, and keeps the others", () => {
  at("?from=now-1h&viewPanel=3");
  updateQuery({ viewPanel: null, "var-channel": ["a", "b"] });
  assert.deepEqual(visited, ["?from=now-1h&var-channel=a&var-channel=b"]);
  at("?viewPanel=3");
  updateQuery({ viewPanel: null });
  assert.deepEqual(visited, ["/d/a/a"]);
});

test("a dashboard's link keeps the time and the variables that it says it keeps", () => {
  at("?from=now-1h&to=now&var-channel=a&refresh=5s");
  const link = { title: "", url: "/d/b/b?x=1", time: true, variables: false, blank: false };
  assert.equal(linkAddress(link), "/d/b/b?x=1&from=now-1h&to=now");
  const both = { ...link, url: "/d/b/b", variables: true };
  assert.equal(linkAddress(both), "/d/b/b?from=now-1h&to=now&var-channel=a");
  assert.equal(linkAddress({ ...link, url: "/d/b/b", time: false }), "/d/b/b");
});
