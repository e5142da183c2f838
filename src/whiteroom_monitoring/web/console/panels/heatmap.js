// A histogram over time: columns are moments, rows are buckets, and darker is more.
import { colour } from "../colors.js";
import { h } from "../../shared/dom.js";
import { written } from "../../shared/format.js";
import { drawMarks, Drawing, options, timeAxis, timesOf, valueAxis } from "../charts/time_chart.js";

// Buckets as they are counted hold all below them, too; what is drawn is what each holds alone.
export function buckets(series) {
  const bound = (one) => Number(String(one.labels.le ?? one.name).replace("+Inf", "Infinity"));
  const sorted = series.map((one) => ({ ...one, bound: bound(one) })).sort((a, b) => a.bound - b.bound);
  return sorted.map((one, index) => ({
    ...one,
    low: index ? sorted[index - 1].bound : 0,
    counts: one.values.map((value, at) =>
      value === null ? null : Math.max(0, value - (index ? sorted[index - 1].values[at] ?? 0 : 0)),
    ),
  }));
}

// Buckets at both ends in which nothing ever was say nothing.
function trimmed(rows) {
  const used = rows.map((row) => row.counts.some((count) => count > 0));
  const [first, last] = [used.indexOf(true), used.lastIndexOf(true)];
  return first < 0 ? rows.slice(0, 1) : rows.slice(Math.max(0, first - 1), Math.min(rows.length, last + 2));
}

export class Heatmap extends Drawing {
  constructor(host, onzoom) {
    const scale = h("div", { class: "scale" });
    super(host, onzoom, scale);
    this.scale = scale;
  }

  show(panel, marks) {
    Object.assign(this, { panel, marks, from: panel.from, to: panel.to });
    this.rows = trimmed(buckets(panel.series));
    this.unit = panel.series[0].unit;
    this.most = Math.max(1e-9, ...this.rows.flatMap((row) => row.counts.filter(Number.isFinite)));
    this.area.setAttribute("aria-label", `${panel.title}: a histogram over time with ${this.rows.length} buckets`);
    this.drawScale();
    this.build();
  }

  data() {
    const times = timesOf(this.panel.times);
    return [times, times.map(() => 0)];
  }

  options() {
    const edges = this.rows.length;
    return options(this, {
      series: [{}, { paths: () => null, points: { show: false } }],
      scales: { y: { range: () => [0, edges] } },
      axes: [timeAxis(), valueAxis((splits) => splits.map((split) => this.edge(split)), { splits: () => this.marksOfEdges(), grid: { show: false } })],
      hooks: {
        draw: [(plot) => this.drawCells(plot), (plot) => drawMarks(plot, this.marks)],
        setCursor: [(plot) => this.tip.follow(plot)],
      },
    });
  }

  marksOfEdges() {
    const every = Math.max(1, Math.ceil(this.rows.length / 7));
    return this.rows.map((_, index) => index).filter((index) => index % every === 0);
  }

  edge(index) {
    const row = this.rows[index];
    return row ? (row.low === 0 ? "0" : written(row.low, this.unit)) : "";
  }

  // What is rare is what matters here: a low power makes it visible.
  shade(count) {
    return 0.16 + 0.84 * (count / this.most) ** 0.35;
  }

  drawCells(plot) {
    const { ctx } = plot;
    const step = this.panel.times.step;
    const gap = devicePixelRatio / 2;
    ctx.save();
    ctx.beginPath();
    ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
    ctx.clip();
    ctx.fillStyle = colour("--blue");
    this.rows.forEach((row, index) => {
      const bottom = plot.valToPos(index, "y", true);
      const top = plot.valToPos(index + 1, "y", true);
      row.counts.forEach((count, at) => {
        if (!count) return;
        const right = plot.valToPos(plot.data[0][at], "x", true);
        const left = plot.valToPos(plot.data[0][at] - step, "x", true);
        ctx.globalAlpha = this.shade(count);
        ctx.fillRect(left + gap, top + gap, right - left - 2 * gap, bottom - top - 2 * gap);
      });
    });
    ctx.restore();
  }

  drawScale() {
    const most = this.most < 10 ? this.most.toPrecision(2) : Math.round(this.most).toLocaleString("en");
    this.scale.replaceChildren("0", h("span", { class: "ramp" }), most);
  }

  tipRows(idx, plot) {
    const index = Math.floor(plot.posToVal(plot.cursor.top, "y"));
    const row = this.rows[index];
    if (!row) return [];
    const high = Number.isFinite(row.bound) ? written(row.bound, this.unit) : "∞";
    const count = row.counts[idx];
    return [
      h("div", { class: "row" },
        h("span", { class: "name" }, `${row.low === 0 ? "0" : written(row.low, this.unit)} to ${high}`),
        h("b", {}, count === null ? "–" : count.toLocaleString("en", { maximumFractionDigits: 1 }))),
    ];
  }
}
