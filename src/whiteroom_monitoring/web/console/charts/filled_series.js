// Bars over time, and stacked areas, drawn as rectangles. uPlot draws them, too, as one outline for
// each series; for a day of those, a browser without a graphics card takes seconds.

// A bar's share of the room between two times, and its largest width.
const BAR_SHARE = 0.85;
const WIDEST_BAR_PX = 48;

/**
 * @param {uPlot} plot
 * @param {number} at
 */
const xAt = (plot, at) => Math.round(plot.valToPos(plot.data[0][at], "x", true));
/**
 * @typedef {object} Filled what is filled, by its place among uPlot's series
 * @property {number} place
 * @property {number} below the series that it stands upon; 0 for the axis
 * @property {string} scale
 */

/**
 * Returns how high the base of a series is at each time: what it stands upon, or the axis.
 * @param {uPlot} plot
 * @param {Filled} filled
 * @returns {(at: number) => number}
 */
function baseOf(plot, { below, scale }) {
  const { min, max } = plot.scales[scale];
  const axis = Math.min(Math.max(0, min), max);
  return (at) => (below ? plot.data[below]?.[at] : null) ?? axis;
}

/**
 * @param {uPlot} plot
 * @param {number} place
 * @param {string | CanvasGradient} color
 * @param {(context: CanvasRenderingContext2D) => void} draw
 */
function withinChart(plot, place, color, draw) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = plot.series[place].alpha;
  ctx.fillStyle = color;
  draw(ctx);
  ctx.restore();
}

/**
 * Returns the width of a bar, which leaves a gap between neighbours.
 * @param {uPlot} plot
 */
function barWidth(plot) {
  const room = plot.data[0].length > 1 ? xAt(plot, 1) - xAt(plot, 0) : plot.bbox.width;
  const widest = Math.min(WIDEST_BAR_PX * devicePixelRatio, room * BAR_SHARE);
  return Math.max(1, Math.round(widest - devicePixelRatio));
}

/**
 * @param {uPlot} plot
 * @param {Filled} filled
 * @param {string | CanvasGradient} color
 */
export function drawBars(plot, filled, color) {
  const { place, scale } = filled;
  const width = barWidth(plot);
  const baseAt = baseOf(plot, filled);
  const yOf = (/** @type {number} */ value) => plot.valToPos(value, scale, true);
  withinChart(plot, place, color, (context) => {
    plot.data[place].forEach((/** @type {number | null} */ value, /** @type {number} */ at) => {
      const base = baseAt(at);
      if (value === null || value === base) return;
      const [top, bottom] = [Math.round(yOf(value)), Math.round(yOf(base))];
      context.fillRect(xAt(plot, at) - Math.floor(width / 2), top, width, bottom - top);
    });
  });
}

/**
 * Draws a column for each pixel between two neighbours. Their line is drawn later, over their edge.
 * @param {uPlot} plot
 * @param {Filled} filled
 * @param {string | CanvasGradient} color
 */
export function drawArea(plot, filled, color) {
  const { place, scale } = filled;
  const baseAt = baseOf(plot, filled);
  const yOf = (/** @type {number} */ value) => plot.valToPos(value, scale, true);
  const values = plot.data[place];
  withinChart(plot, place, color, (context) => {
    for (let at = 1; at < values.length; at++) {
      if (values[at - 1] === null || values[at] === null) continue;
      const [x, end] = [xAt(plot, at - 1), xAt(plot, at)];
      const [top, bottom] = [yOf(values[at - 1]), yOf(baseAt(at - 1))];
      const [rise, fall] = [yOf(values[at]) - top, yOf(baseAt(at)) - bottom];
      for (let column = 0; column < end - x; column++) {
        const share = (column + 0.5) / (end - x);
        const y = top + rise * share;
        context.fillRect(x + column, y, 1, bottom + fall * share - y);
      }
    }
  });
}
