// Asks the console. A failure is an Error whose message is for people.

let pending = 0;

// How many requests are under way stands at the body: pictures are taken when there are none.
function count(change) {
  pending += change;
  document.body.dataset.pending = pending;
}

export async function ask(path, parameters = [], options = {}) {
  const query = new URLSearchParams(parameters).toString();
  count(1);
  try {
    const answer = await fetch(query ? `${path}?${query}` : path, options);
    const content = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(content.error ?? `The console answered with ${answer.status}.`);
    return content;
  } catch (error) {
    if (error instanceof TypeError) throw new Error("The console can't be reached.");
    throw error;
  } finally {
    // What came is drawn first.
    setTimeout(() => count(-1));
  }
}

export function send(method, path, content = {}) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, [], { method, headers, body: JSON.stringify(content) });
}
