// Loads many panels with one request.
import { messageOf } from "../shared/dom.js";
import { streamJson } from "../shared/http.js";
import { decodePanel } from "./panel_data.js";
import { requestParameters } from "./url.js";

/** @typedef {import("./panels/panel.js").Panel} Panel */
/** @typedef {import("./pages/dashboard.js").DashboardPage} DashboardPage */

/**
 * Loads panels of a dashboard, and its annotations.
 * @param {DashboardPage} page
 * @param {Panel[]} panels
 * @param {{ batchMs: number, signal: AbortSignal }} options what arrives within `batchMs` is drawn
 *   at once, in one frame instead of one for each panel; an aborted `signal` ends it all
 */
export async function loadPanels(page, panels, { batchMs, signal }) {
  const missing = new Map(panels.map((panel) => [panel.key, panel]));
  const batch = new DrawingBatch(batchMs, signal);
  for (const panel of panels) panel.startLoading();
  /** @param {any} content */
  const receive = (content) => {
    const panel = missing.get(content.key);
    if (panel) batch.add(panel, content);
    else if (content.annotations && !signal.aborted) page.showAnnotations(content.annotations);
    missing.delete(content.key);
  };
  let problem = "The server did not answer.";
  try {
    await streamJson(
      `/api/dashboards/${page.uid}/panels`,
      panelParameters(panels),
      { signal },
      (content) => receive(decodePanel(content)),
    );
  } catch (error) {
    problem = messageOf(error);
  }
  for (const key of missing.keys()) receive({ key, problem });
  batch.draw();
}

/**
 * @param {Panel[]} panels
 * @returns {[string, string][]}
 */
function panelParameters(panels) {
  return [
    ...requestParameters(),
    ["annotations", ""],
    ...panels.map((panel) => /** @type {[string, string]} */ (["panel", panel.request()])),
  ];
}

// Panels that wait to be drawn together.
class DrawingBatch {
  /**
   * @param {number} waitMs
   * @param {AbortSignal} signal
   */
  constructor(waitMs, signal) {
    this.waitMs = waitMs;
    this.signal = signal;
    /** @type {[Panel, any][]} */
    this.arrived = [];
    this.timer = 0;
  }

  /**
   * @param {Panel} panel
   * @param {any} content
   */
  add(panel, content) {
    this.arrived.push([panel, content]);
    this.timer ||= setTimeout(() => this.draw(), this.waitMs);
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.signal.aborted) for (const [panel, content] of this.arrived) panel.show(content);
    this.arrived = [];
  }
}
