// What stands above the lines: how many there are of each level, over time; or the series of a query
// that makes numbers of them.
import { h } from "../../shared/dom.js";
import { cssColor } from "../colors.js";
import { decodePanel } from "../panel_data.js";
import { TimeSeries } from "../panels/timeseries.js";
import { hasStage, withoutStage, withStage } from "./log_query.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {{ level: string, count: number, filter: string }} LevelCount */
/** @typedef {{ series: Series[], levels: LevelCount[], times: import("../types").Times, from: number, to: number }} Volume */

const countFormat = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export class LogChart {
  /** @param {{ onZoom: (from: number, to: number) => void, onQuery: (query: string) => void }} actions */
  constructor(actions) {
    this.actions = actions;
    /** @type {TimeSeries | null} */
    this.chart = null;
    this.levels = h("div", { class: "log-levels", role: "group", "aria-label": "Levels" });
    this.body = h("div", { class: "panel-body" });
    this.plot = h("section", { class: "panel panel-timeseries log-volume" }, this.body);
    this.element = h("div", { class: "log-chart", hidden: true }, this.levels, this.plot);
  }

  hide() {
    this.element.hidden = true;
    this.levels.replaceChildren();
    this.chart?.destroy();
    this.chart = null;
  }

  /**
   * @param {string} title
   * @param {any} data
   * @param {boolean} hasLegend
   */
  draw(title, data, hasLegend) {
    this.element.hidden = false;
    this.plot.classList.toggle("of-numbers", hasLegend);
    this.chart ??= new TimeSeries(this.body, this.actions.onZoom);
    const options = { legend: { showLegend: hasLegend } };
    this.chart.show({ ...decodePanel(data), title, options }, []);
  }

  /**
   * @param {string} query
   * @param {any} data
   */
  showSeries(query, data) {
    this.levels.replaceChildren();
    if (data.series.length) this.draw(query, data, true);
    else this.hide();
  }

  /**
   * Returns how many lines there are.
   * @param {string} query
   * @param {Volume} volume
   */
  showVolume(query, volume) {
    if (volume.series.length) this.draw("Lines by level", volume, false);
    else this.hide();
    this.levels.replaceChildren(...volume.levels.map((level) => this.level(query, level, volume)));
    return volume.levels.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * Returns a button that keeps the lines of a level alone, or no longer does.
   * @param {string} query
   * @param {LevelCount} level
   * @param {Volume} volume
   */
  level(query, { level, count, filter }, { series }) {
    const isChosen = hasStage(query, filter);
    const change = isChosen ? withoutStage : withStage;
    const { colour } = series.find(({ name }) => name === level) ?? { colour: "text" };
    return h(
      "button",
      {
        type: "button",
        "aria-pressed": String(isChosen),
        title: isChosen ? "Lines of all levels" : `Lines of level ${level} alone`,
        onclick: () => this.actions.onQuery(change(query, filter)),
      },
      h("span", { class: "dot", style: { background: cssColor(colour) } }),
      level,
      h("b", {}, countFormat.format(count)),
    );
  }
}
