// Lists of dashboards.
import { h } from "../../shared/dom.js";

/**
 * @param {HTMLElement} host
 * @param {import("../types").PanelData} panel
 */
export function drawDashboardList(host, { dashboards = [] }) {
  const links = dashboards.map(({ title, url }) => h("li", {}, h("a", { href: url }, title)));
  host.replaceChildren(
    links.length
      ? h("ul", { class: "dashboard-list" }, links)
      : h("p", { class: "no-items" }, "No dashboard of this kind."),
  );
}
