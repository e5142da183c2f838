// Asks the console. A failure is an Error whose message is for people.

let pending = 0;

// How many requests are under way stands at the body: pictures are taken when there are none.
function count(change) {
  pending += change;
  document.body.dataset.pending = pending;
}

// Holds that count until it is called back: something will be asked for.
export function hold() {
  count(1);
  let held = true;
  return () => {
    if (held) count(-1);
    held = false;
  };
}

// Values come as floats of 32 bits in base 64; what is no finite number is none.
function values(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  const found = [];
  for (const value of new Float32Array(bytes.buffer)) found.push(Number.isFinite(value) ? value : null);
  return found;
}

function read(text) {
  const content = JSON.parse(text);
  for (const series of content.series ?? []) series.values = values(series.values);
  for (const figure of content.figures ?? []) figure.line &&= values(figure.line);
  return content;
}

async function reached(promise) {
  try {
    return await promise;
  } catch (error) {
    throw error.name === "AbortError" ? error : new Error("The console can't be reached.");
  }
}

// Asks, and returns what `use` makes of a good answer.
async function asked(path, parameters, options, use) {
  const query = new URLSearchParams(parameters).toString();
  count(1);
  try {
    const answer = await reached(fetch(query ? `${path}?${query}` : path, options));
    if (answer.ok) return await use(answer);
    const { error } = await answer.json().catch(() => ({}));
    throw new Error(error ?? `The console answered with ${answer.status}.`);
  } finally {
    // What came is drawn in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => count(-1)));
  }
}

export function ask(path, parameters = [], options = {}) {
  return asked(path, parameters, options, async (answer) => read(await reached(answer.text())));
}

// Asks for several things: `tell` is told each of them as soon as it is known.
export function askEach(path, parameters, options, tell) {
  return asked(path, parameters, options, async ({ body }) => {
    const parts = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { value, done } = await reached(parts.read());
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) tell(read(line));
    }
  });
}

export function send(method, path, content = {}) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, [], { method, headers, body: JSON.stringify(content) });
}
