// Requests to the page's own server. A failure is an Error whose message is for people.

/** @typedef {[string, string][] | Record<string, string>} Parameters */

let pending = 0;

/**
 * The body counts the requests under way: pictures are taken when there are none.
 * @param {number} change
 */
function countPending(change) {
  pending += change;
  document.body.dataset.pending = String(pending);
}

/**
 * Counts a request that is still to come, until the returned function is called.
 * @returns {() => void}
 */
export function expectRequest() {
  countPending(1);
  let expected = true;
  return () => {
    if (expected) countPending(-1);
    expected = false;
  };
}

/**
 * @template T
 * @param {Promise<T>} promise
 */
async function reachable(promise) {
  try {
    return await promise;
  } catch (error) {
    const aborted = error instanceof Error && error.name === "AbortError";
    throw aborted ? error : new Error("The server can't be reached.");
  }
}

/**
 * Sends a request and returns what `read` makes of a successful response.
 * @template T
 * @param {string} path
 * @param {Parameters} parameters
 * @param {RequestInit} options
 * @param {(response: Response) => Promise<T>} read
 */
async function request(path, parameters, options, read) {
  const query = new URLSearchParams(parameters).toString();
  countPending(1);
  try {
    const response = await reachable(fetch(query ? `${path}?${query}` : path, options));
    if (response.ok) return await read(response);
    const { error } = await response.json().catch(() => ({}));
    throw new Error(error ?? `The server answered with status ${response.status}.`);
  } finally {
    // What has arrived is drawn in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => countPending(-1)));
  }
}

/**
 * Returns the text at a path.
 * @param {string} path
 * @param {Parameters} [parameters]
 * @param {RequestInit} [options]
 */
export function getText(path, parameters = [], options = {}) {
  return request(path, parameters, options, (response) => reachable(response.text()));
}

/**
 * Returns the JSON at a path.
 * @param {string} path
 * @param {Parameters} [parameters]
 * @param {RequestInit} [options]
 */
export async function getJson(path, parameters = [], options = {}) {
  return JSON.parse(await getText(path, parameters, options));
}

/**
 * Calls `receive` with each line of JSON (application/x-ndjson) as soon as it has arrived.
 * @param {string} path
 * @param {Parameters} parameters
 * @param {RequestInit} options
 * @param {(content: any) => void} receive
 * @returns {Promise<void>}
 */
export function streamJson(path, parameters, options, receive) {
  return request(path, parameters, options, async ({ body }) => {
    if (!body) return;
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { value, done } = await reachable(reader.read());
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) receive(JSON.parse(line));
    }
  });
}

/**
 * Sends JSON and returns the JSON of the response.
 * @param {string} method
 * @param {string} path
 * @param {object} [content]
 */
export function sendJson(method, path, content = {}) {
  const headers = { "Content-Type": "application/json" };
  return getJson(path, [], { method, headers, body: JSON.stringify(content) });
}
