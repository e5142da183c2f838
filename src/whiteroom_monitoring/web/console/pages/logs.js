// The page of logs: any LogQL, as lines with a histogram by level above them, or as a chart.
import { announce, byId, h, messageOf } from "../../shared/dom.js";
import { getJson } from "../../shared/http.js";
import { icon } from "../../shared/icons.js";
import { addShortcut } from "../keyboard.js";
import { LiveTail, MOST_LINES } from "../logs/live_tail.js";
import { LogChart } from "../logs/log_chart.js";
import { keyOf } from "../logs/log_line.js";
import { LogList } from "../logs/log_list.js";
import { EVERY_LINE, isLogQuery, meantQuery, searchedTexts } from "../logs/log_query.js";
import { resolveShortcut } from "../logs/log_shortcut.js";
import { sourceChoice } from "../logs/log_sources.js";
import { completeLogql } from "../logs/logql_completion.js";
import { startPage } from "../shell.js";
import { TimePicker } from "../time_picker.js";
import { queryParameter, requestParameters, updateQuery } from "../url.js";

/** @typedef {import("../types").LogEntry} LogEntry */

const DEFAULT_TIME = { from: "now-30m", to: "now", refresh: "" };
const PAGE_LINES = 500;
const MOST_SHOWN = 5000;
const countFormat = new Intl.NumberFormat("en");

/**
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  return `${countFormat.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

class LogsPage {
  constructor() {
    const page = this;
    this.visit = 0;
    this.isRaw = false;
    this.rangeS = 0;
    this.isComplete = true;
    /** @type {number | null} */
    this.total = null;
    // What comes live is new already.
    this.times = new TimePicker(() => this.tail.isRunning || this.run());
    this.list = new LogList({
      query: () => page.query,
      filter: (query) => updateQuery({ expr: query }),
      get oldestFirst() {
        return page.oldestFirst;
      },
    });
    this.chart = new LogChart({
      onZoom: (from, to) => this.times.zoom(from, to),
      onQuery: (query) => updateQuery({ expr: query }),
    });
    this.tail = new LiveTail(
      (lines) => this.receive(lines),
      (state) => this.drawTail(state),
    );
    this.field = this.queryField();
    this.liveButton = this.toggle("Live", "t", () => this.toggleLive());
    this.orderButton = this.toggle("Oldest first", "o", () => this.toggleOrder());
    this.rawButton = this.toggle("As written", "w", () => this.toggleRaw());
    this.pauseButton = this.toggle("Pause", "p", () => this.tail.togglePause());
    this.clearButton = h("button", { type: "button", onclick: () => this.clear() }, "Clear");
    this.count = h("p", { class: "log-count", role: "status" });
    this.bar = h(
      "div",
      { class: "log-bar" },
      this.count,
      h(
        "div",
        { class: "log-buttons" },
        this.pauseButton,
        this.clearButton,
        this.orderButton,
        this.rawButton,
      ),
    );
    this.message = h("div", {});
    this.more = h("button", { type: "button", class: "log-more", hidden: true }, "");
    this.more.addEventListener("click", () => this.loadMore());
  }

  get query() {
    return queryParameter("expr");
  }

  get oldestFirst() {
    return queryParameter("order") === "asc";
  }

  queryField() {
    return h("textarea", {
      id: "expression",
      rows: 2,
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "off",
      placeholder: '{job="engine"} |= "…", or words that a line contains, or an id',
      "aria-label": "Query in LogQL, words, or an id",
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" && !event.shiftKey) this.submit(event);
        else if (event.key === "Escape") this.field.blur();
      },
    });
  }

  /**
   * @param {string} text
   * @param {string} key
   * @param {() => void} onclick
   */
  toggle(text, key, onclick) {
    const title = `${text} (${key})`;
    return h("button", { type: "button", "aria-pressed": "false", title, onclick }, text);
  }

  build() {
    byId("main").replaceChildren(
      h("div", { class: "toolbar" }, h("h1", {}, "Logs"), this.times.element),
      h(
        "form",
        { class: "query-form", onsubmit: (/** @type {Event} */ event) => this.submit(event) },
        h("div", { class: "query-field" }, this.field),
        h(
          "div",
          { class: "query-buttons" },
          h("button", { class: "primary" }, "Run"),
          this.liveButton,
        ),
      ),
      this.chart.element,
      this.bar,
      this.message,
      this.list.element,
      this.more,
    );
    completeLogql(this.field);
    addShortcut("/", "write the query", () => this.field.focus());
    addShortcut("j", "next line", () => this.list.move(1));
    addShortcut("k", "line before", () => this.list.move(-1));
    addShortcut("c", "lines around the line (Enter opens it)", () => {
      if (this.list.current) this.list.around(this.list.current);
    });
    addShortcut("t", "follow new lines, or no longer", () => this.toggleLive());
    addShortcut(
      "p",
      "pause new lines, or go on",
      () => this.tail.isRunning && this.tail.togglePause(),
    );
    addShortcut("o", "oldest lines first, or newest", () => this.toggleOrder());
    addShortcut("w", "lines as they were written", () => this.toggleRaw());
    addEventListener("urlchange", () => this.run());
    addEventListener("pagehide", () => this.tail.stop());
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const query = meantQuery(this.field.value);
    if (query === this.query) this.run();
    else updateQuery({ expr: query || null, at: null });
  }

  // Shows what the address says.
  async run() {
    const visit = ++this.visit;
    this.tail.stop();
    this.times.update(DEFAULT_TIME);
    try {
      const resolved = await resolveShortcut();
      if (visit !== this.visit || resolved) return;
    } catch (error) {
      return this.showProblem(messageOf(error));
    }
    const { query } = this;
    this.field.value = query;
    this.drawButtons();
    if (!query) return this.showChoice(visit);
    if (queryParameter("live")) return this.follow();
    await this.load(visit);
  }

  /** @param {number} visit */
  async showChoice(visit) {
    this.reset();
    const choice = await sourceChoice((expr) => updateQuery({ expr }));
    if (visit === this.visit) this.message.replaceChildren(choice);
    this.field.focus();
  }

  reset() {
    this.list.clear();
    this.chart.hide();
    this.message.replaceChildren();
    this.count.textContent = "";
    this.total = null;
    this.more.hidden = true;
  }

  /** @param {string} text */
  showProblem(text) {
    this.reset();
    this.showMessage("problem", text);
  }

  /**
   * @param {"problem" | "notice"} kind
   * @param {string} text
   * @param {HTMLElement | null} [action]
   */
  showMessage(kind, text, action = null) {
    const sign = icon(kind === "problem" ? "warning" : "info");
    const role = kind === "problem" ? "alert" : "note";
    this.message.replaceChildren(
      h("div", { class: `notice ${kind}`, role }, sign, h("p", {}, text), action),
    );
  }

  /** @param {Record<string, string>} [more] */
  parameters(more = {}) {
    const order = this.oldestFirst ? "asc" : "desc";
    return requestParameters({ expr: this.query, order, limit: String(PAGE_LINES), ...more });
  }

  /** @param {number} visit */
  async load(visit) {
    if (isLogQuery(this.query)) this.loadVolume(visit);
    try {
      const answer = await getJson("/api/logs", this.parameters());
      if (visit !== this.visit) return;
      this.times.showRange(answer);
      if (answer.lines) this.showLines(answer);
      else this.showSeries(answer);
    } catch (error) {
      if (visit === this.visit) this.showProblem(messageOf(error));
    }
  }

  /** @param {number} visit */
  async loadVolume(visit) {
    try {
      const volume = await getJson("/api/logs/volume", this.parameters());
      if (visit !== this.visit) return;
      this.total = this.chart.showVolume(this.query, volume);
      this.drawCount();
    } catch {
      // What is wrong with the query, its lines say.
      if (visit === this.visit) this.chart.hide();
    }
  }

  /** @param {any} answer */
  showSeries(answer) {
    this.reset();
    this.chart.showSeries(this.query, answer);
    if (!answer.series.length) {
      this.showMessage("notice", "The query has no series in this time range.");
    }
  }

  /** @param {{ lines: LogEntry[], limit: number, from: number, to: number }} answer */
  showLines({ lines, limit, from, to }) {
    this.message.replaceChildren();
    this.rangeS = to - from;
    this.isComplete = lines.length < limit;
    const at = queryParameter("at");
    this.list.moment = at && `${at}000000`;
    this.draw(this.oldestFirst ? lines.reverse() : lines);
    if (!lines.length) {
      const everywhere = () => updateQuery({ expr: EVERY_LINE });
      const button = h("button", { type: "button", onclick: everywhere }, "Look at all sources");
      this.showMessage("notice", "No line is found in this time range.", button);
    }
  }

  /** @param {LogEntry[]} lines in the order in which they are shown */
  draw(lines) {
    const searched = searchedTexts(this.query);
    this.list.show(lines, { rangeS: this.rangeS, searched, raw: this.isRaw });
    this.drawCount();
  }

  drawCount() {
    const { length } = this.list.rows;
    const age = this.oldestFirst ? "oldest" : "newest";
    const all = this.total ?? length;
    this.count.textContent = this.isComplete
      ? counted(length, "line")
      : `The ${age} ${countFormat.format(length)} of ${countFormat.format(Math.max(all, length))} lines`;
    if (!length) this.count.textContent = "";
    this.more.hidden = this.isComplete || this.tail.isRunning || length >= MOST_SHOWN;
    this.more.textContent = this.oldestFirst ? "Newer lines" : "Older lines";
  }

  async loadMore() {
    const { visit } = this;
    const last = this.list.lines[this.list.lines.length - 1];
    if (!last) return;
    this.more.disabled = true;
    try {
      const answer = await getJson("/api/logs", this.parameters({ until: last.time }));
      if (visit !== this.visit) return;
      const known = new Set(this.list.lines.map(keyOf));
      const lines = answer.lines.filter((/** @type {LogEntry} */ line) => !known.has(keyOf(line)));
      this.isComplete = answer.lines.length < answer.limit || !lines.length;
      this.list.add(this.oldestFirst ? lines.reverse() : lines, "end", MOST_SHOWN);
      this.drawCount();
    } catch (error) {
      announce(messageOf(error));
    } finally {
      this.more.disabled = false;
    }
  }

  drawButtons() {
    const isLive = Boolean(this.query && queryParameter("live"));
    /** @type {[HTMLElement, boolean][]} */
    const states = [
      [this.liveButton, isLive],
      [this.orderButton, this.oldestFirst],
      [this.rawButton, this.isRaw],
    ];
    for (const [button, isOn] of states) button.setAttribute("aria-pressed", String(isOn));
    this.pauseButton.hidden = !isLive;
    this.clearButton.hidden = !isLive;
    this.bar.hidden = !this.query;
  }

  toggleOrder() {
    updateQuery({ order: this.oldestFirst ? null : "asc" });
  }

  toggleRaw() {
    this.isRaw = !this.isRaw;
    this.drawButtons();
    this.draw(this.list.lines);
  }

  toggleLive() {
    const query = this.query || meantQuery(this.field.value);
    if (query) updateQuery({ expr: query, live: queryParameter("live") ? null : "1", at: null });
  }

  follow() {
    this.reset();
    this.rangeS = 0;
    this.isComplete = true;
    this.list.moment = null;
    this.draw([]);
    if (!isLogQuery(this.query)) return this.showProblem("Only lines can be followed, no numbers.");
    announce("New lines are followed.");
    this.tail.start(this.query);
  }

  /** @param {LogEntry[]} lines the oldest first */
  receive(lines) {
    const isAtEnd = innerHeight + scrollY >= document.body.scrollHeight - 80;
    const newest = lines.slice(-MOST_LINES);
    if (this.oldestFirst) this.list.add(newest, "end", MOST_LINES);
    else this.list.add(newest.reverse(), "start", MOST_LINES);
    if (this.oldestFirst && isAtEnd) scrollTo(0, document.body.scrollHeight);
  }

  clear() {
    this.tail.clear();
    this.list.clear();
  }

  /** @param {import("../logs/live_tail.js").TailState} state */
  drawTail({ paused, waiting, dropped, rate, problem }) {
    if (!queryParameter("live")) return;
    const parts = [
      paused ? `Paused, ${counted(waiting, "new line")}` : `Live, ${rate.toFixed(1)} lines/s`,
      dropped ? `${countFormat.format(dropped)} left out` : "",
    ];
    this.count.textContent = parts.filter(Boolean).join(" · ");
    this.count.classList.toggle("live", !paused);
    this.pauseButton.setAttribute("aria-pressed", String(paused));
    this.pauseButton.textContent = paused ? "Resume" : "Pause";
    if (problem) this.showMessage("problem", problem);
    else this.message.replaceChildren();
  }
}

startPage();
const page = new LogsPage();
page.build();
page.run();
