// Logs panels: lines that open to their fields. A filter leads to the page of logs.
import { h } from "../../shared/dom.js";
import { logsAddress } from "../logs/links.js";
import { LogList } from "../logs/log_list.js";
import { searchedTexts } from "../logs/log_query.js";
import { queryParameter } from "../url.js";

/** @typedef {import("../types").LogEntry} LogEntry */

/**
 * Returns the address at which the page of logs shows a query over this page's range.
 * @param {string} expr
 */
export function explorerAddress(expr) {
  const time = ["from", "to"].filter((name) => queryParameter(name));
  const range = time.map((name) => [name, queryParameter(name)]);
  return logsAddress({ ...Object.fromEntries(range), expr });
}

export class LogsPanel {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.query = "";
    this.list = new LogList({
      query: () => this.query,
      filter: (query) => location.assign(explorerAddress(query)),
      oldestFirst: false,
    });
  }

  /** @param {import("../types").PanelData & { entries: LogEntry[] }} panel */
  show({ entries, queries, noValue, from, to }) {
    this.query = Object.values(queries ?? {})[0] ?? "";
    if (!entries.length) {
      const text = noValue ?? "No log lines in this time range.";
      this.host.replaceChildren(h("p", { class: "no-items" }, text));
      return;
    }
    const searched = searchedTexts(this.query);
    this.list.show(entries, { rangeS: to - from, searched, raw: false });
    if (this.list.element.parentElement !== this.host) this.host.replaceChildren(this.list.element);
  }

  destroy() {
    this.list.clear();
  }
}
