// One request for many panels.
import { askEach } from "../shared/http.js";
import { view } from "./url.js";

// Loads panels of a deck, and what is marked on their time axes. What comes within `patience`
// milliseconds is drawn at once: in a frame, instead of one for each. An aborted `signal` ends it all.
export async function load(deck, panels, { patience, signal }) {
  const wanted = new Map(panels.map((panel) => [panel.key, panel]));
  const parameters = [...view(), ["annotations", ""], ...panels.map((panel) => ["panel", `${panel.points()}:${panel.key}`])];
  for (const panel of panels) panel.wait();
  let came = [];
  let timer;
  const draw = () => {
    timer = clearTimeout(timer);
    for (const [panel, data] of signal.aborted ? [] : came) panel.show(data);
    came = [];
  };
  const tell = (data) => {
    const panel = wanted.get(data.key);
    if (panel) came.push([panel, data]);
    else if (data.annotations && !signal.aborted) deck.mark(data.annotations);
    wanted.delete(data.key);
    timer ??= setTimeout(draw, patience);
  };
  let problem = "The console did not answer.";
  try {
    await askEach(`/api/dashboards/${deck.uid}/panels`, parameters, { signal }, tell);
  } catch (error) {
    problem = error.message;
  }
  for (const key of wanted.keys()) tell({ key, problem });
  draw();
}
