// Loads panels: they are asked for at once, and drawn as they come.
import { askEach } from "./api.js";
import { view } from "./place.js";

// What comes within `patience` milliseconds is drawn at once: in a frame, instead of one for each.
// An aborted `signal` ends it all.
export async function load(uid, panels, { patience, signal }) {
  const wanted = new Map(panels.map((panel) => [panel.key, panel]));
  const parameters = [...view(), ...panels.map((panel) => ["panel", `${panel.points()}:${panel.key}`])];
  for (const panel of panels) panel.wait();
  let came = [];
  let timer;
  const draw = () => {
    timer = clearTimeout(timer);
    for (const [panel, data] of signal.aborted ? [] : came) panel.show(data);
    came = [];
  };
  const tell = (data) => {
    came.push([wanted.get(data.key), data]);
    wanted.delete(data.key);
    timer ??= setTimeout(draw, patience);
  };
  let problem = "The console did not answer.";
  try {
    await askEach(`/api/dashboards/${uid}/panels`, parameters, { signal }, tell);
  } catch (error) {
    problem = error.message;
  }
  for (const key of wanted.keys()) tell({ key, problem });
  draw();
}
