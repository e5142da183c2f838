// What every drawing over time has: axes, a crosshair that all share, zoom by dragging.
import { colour } from "../colors.js";
import { h } from "../../shared/dom.js";
import { timeTexts } from "../../shared/format.js";
import { Tip } from "./tooltip.js";

const SYNC = "dashboard";
const FONT = "11px system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";

// As wide as the longest label. (How uPlot's own examples measure it.)
function labelWidth(plot, texts, index, cycle) {
  const axis = plot.axes[index];
  if (cycle > 1) return axis._size;
  plot.ctx.font = axis.font[0];
  const widths = (texts ?? []).map((text) => plot.ctx.measureText(text).width / devicePixelRatio);
  return Math.ceil(axis.ticks.size + axis.gap + Math.max(12, ...widths));
}

function axis(more) {
  const line = { stroke: () => colour("--grid"), width: 1 };
  return { font: FONT, stroke: () => colour("--quiet"), grid: line, ticks: { show: false, size: 4 }, gap: 4, ...more };
}

export function timeAxis() {
  return axis({
    size: 24,
    space: 64,
    grid: { show: false },
    values: (plot, splits, index, space, distance) => timeTexts(splits, distance),
  });
}

export function valueAxis(texts, more = {}) {
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return axis({ size: labelWidth, space: 28, values: (plot, splits) => texts(splits), ...given });
}

// A drawing over time; subclasses have `options()` and `data()`, which say what is drawn once `from`
// and `to` are known. It is built when the browser says how much room it has: to ask for that would
// lay out the page anew, once for each drawing.
export class Drawing {
  constructor(host, onzoom, foot) {
    this.onzoom = onzoom;
    this.area = h("div", { class: "plot", tabindex: 0, role: "img" });
    host.replaceChildren(this.area, foot);
    this.tip = new Tip(this.area, this);
    this.resizing = new ResizeObserver(([{ contentRect }]) => this.fit(contentRect));
    this.resizing.observe(this.area);
    this.recoloured = () => this.plot?.redraw(false);
    addEventListener("themechange", this.recoloured);
  }

  destroy() {
    this.resizing.disconnect();
    removeEventListener("themechange", this.recoloured);
    this.plot?.destroy();
  }

  fit({ width, height }) {
    this.room = { width: Math.max(40, Math.round(width)), height: Math.max(30, Math.round(height)) };
    if (this.plot) this.plot.setSize(this.room);
    else this.build();
  }

  build() {
    this.plot?.destroy();
    this.plot = null;
    if (!this.room || this.from === undefined) return;
    this.plot = new uPlot(this.options(), this.data(), this.area);
    this.tip.attach(this.plot);
  }
}

// `owner` is a Drawing, and is told of a zoom by `onzoom(from, to)`.
export function options(owner, more) {
  const { hooks = {}, scales = {}, ...rest } = more;
  return {
    ...owner.room,
    legend: { show: false },
    padding: [8, 18, 0, 0],
    focus: { alpha: 0.22 },
    cursor: {
      sync: { key: SYNC },
      focus: { prox: 24 },
      drag: { x: true, y: false, setScale: false },
      y: false,
      points: { size: 7 },
    },
    ...rest,
    scales: { x: { time: true, range: () => [owner.from, owner.to] }, ...scales },
    hooks: { ...hooks, setSelect: [(plot) => zoom(plot, owner)] },
  };
}

function zoom(plot, owner) {
  const { left, width } = plot.select;
  if (width < 6) return;
  const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  owner.onzoom(from, to);
}

// Times of a panel's answer: evenly spaced.
export function timesOf({ start, step, count }) {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) times[index] = start + step * index;
  return times;
}

// Where something was deployed or fired: a line where it began, and a stripe as long as it lasted.
export function drawMarks(plot, marks) {
  const { ctx, bbox } = plot;
  const thickness = 3 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const mark of marks) {
    const from = plot.valToPos(mark.start, "x", true);
    const to = plot.valToPos(mark.end, "x", true);
    ctx.globalAlpha = 0.7;
    ctx.fillStyle = colour(mark.colour);
    ctx.fillRect(from, bbox.top, Math.max(to - from, thickness), thickness);
    dashed(ctx, colour(mark.colour), from, bbox.top, from, bbox.top + bbox.height);
  }
  ctx.restore();
}

function dashed(ctx, stroke, x1, y1, x2, y2) {
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

export function drawLimits(plot, steps) {
  const { ctx, bbox, scales } = plot;
  ctx.save();
  for (const { value, color } of steps) {
    if (value === null || value < scales.y.min || value > scales.y.max) continue;
    const y = plot.valToPos(value, "y", true);
    ctx.globalAlpha = 0.8;
    dashed(ctx, colour(color), bbox.left, y, bbox.left + bbox.width, y);
  }
  ctx.restore();
}
