// A time series panel: lines, legend, and what is at the crosshair.
import { colour } from "../colors.js";
import { h } from "../../shared/dom.js";
import { axisTexts, roundDistances } from "../../shared/format.js";
import { drawLegend } from "../charts/legend.js";
import { drawLimits, drawMarks, Drawing, options, timeAxis, timesOf, valueAxis } from "../charts/time_chart.js";
import { bands, drawnSeries, drawnValues, fillSeries, limits, order, valueRange } from "../charts/series.js";
import { drawShape } from "../charts/symbols.js";

const MOST_END_SHAPES = 12;

export class Chart extends Drawing {
  constructor(host, onzoom) {
    const legend = h("div", { class: "legend" });
    super(host, onzoom, legend);
    Object.assign(this, { legend, hidden: new Set() });
  }

  show(panel, marks) {
    Object.assign(this, { panel, marks, from: panel.from, to: panel.to, series: panel.series });
    this.order = order(this.series);
    const kind = JSON.stringify(this.series.map((one) => [one.name, one.colour, one.style, one.unit, one.min, one.max]));
    drawLegend(this);
    if (this.plot && kind === this.kind) this.plot.setData(this.data());
    else this.build();
    this.kind = kind;
  }

  data() {
    const values = drawnValues(this.series, this.hidden);
    return [timesOf(this.panel.times), ...this.order.map((index) => values[index])];
  }

  options() {
    this.area.setAttribute("aria-label", `${this.panel.title ?? "Chart"}: ${this.series.length} series. Arrow keys move along the time.`);
    const unit = this.series[0]?.unit ?? { steps: [[0, 1, ""]] };
    const logarithmic = this.series[0]?.style.scaleDistribution?.type === "log";
    const scale = logarithmic ? { distr: 3, log: this.series[0].style.scaleDistribution.log ?? 10 } : { range: valueRange(this.series) };
    return options(this, {
      series: [{}, ...this.order.map((index) => drawnSeries(this.series, index, this.hidden))],
      bands: bands(this.series),
      scales: { y: scale },
      axes: [timeAxis(), valueAxis((splits) => axisTexts(splits.map((split) => split ?? 0), unit), { incrs: roundDistances(unit), label: this.series[0]?.style.axisLabel || undefined, labelSize: 18 })],
      hooks: {
        drawAxes: [(plot) => this.drawUnder(plot)],
        draw: [(plot) => this.drawOver(plot)],
        setCursor: [(plot) => this.tip.follow(plot)],
        setSeries: [(plot, index) => this.emphasise(index)],
      },
    });
  }

  drawUnder(plot) {
    drawMarks(plot, this.marks);
    fillSeries(plot, this.series, this.order, this.hidden);
    // For the lines: uPlot's round joins take a processor twice as long.
    plot.ctx.lineJoin = "bevel";
  }

  drawOver(plot) {
    drawLimits(plot, limits(this.series));
    if (this.series.length > MOST_END_SHAPES) return;
    const { ctx } = plot;
    ctx.save();
    this.order.forEach((index, place) => {
      const values = plot.data[place + 1];
      if (!plot.series[place + 1].show || this.series[index].style.drawStyle === "bars") return;
      let last = values.length - 1;
      while (last >= 0 && values[last] === null) last--;
      if (last < 0) return;
      ctx.fillStyle = colour(this.series[index].colour);
      const [x, y] = [plot.valToPos(plot.data[0][last], "x", true), plot.valToPos(values[last], "y", true)];
      drawShape(ctx, index, x, y, 3.4 * devicePixelRatio);
    });
    ctx.restore();
  }

  emphasise(index) {
    this.focused = index === null ? null : this.order[index - 1];
  }

  // The legend's choice: one alone, or all again.
  choose(name, several) {
    const names = this.series.map((one) => one.name);
    const alone = names.every((other) => this.hidden.has(other) !== (other === name));
    if (several) this.hidden.has(name) ? this.hidden.delete(name) : this.hidden.add(name);
    else this.hidden = new Set(alone ? [] : names.filter((other) => other !== name));
    drawLegend(this);
    this.build();
  }

  highlight(name) {
    const index = this.series.findIndex((one) => one.name === name);
    this.plot?.setSeries(index < 0 ? null : this.order.indexOf(index) + 1, { focus: true });
  }
}
