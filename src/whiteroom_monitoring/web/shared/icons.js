// Small pictures that say what a colour says, too.
import { svg } from "./dom.js";

const PATHS = {
  good: "M3 8.5l3.2 3.2L13 5",
  warning: "M8 2.5L14.5 13.5H1.5zM8 6.5v3.2M8 11.6v.4",
  bad: "M4 4l8 8M12 4l-8 8",
  unknown: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.2v.3",
  info: "M8 7.2v4.3M8 4.6v.4M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  clock: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 1.6",
  refresh: "M13.2 6A5.6 5.6 0 1 0 13.6 9M13.5 2.5V6H10",
  zoomOut: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.5 3.5M5 7h4",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13",
  moon: "M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  bell: "M4 11V7.2a4 4 0 0 1 8 0V11l1.2 1.5H2.8zM6.8 14.3h2.4",
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * @param {IconName} name
 * @param {string} [label] for screen readers; without it they skip the icon
 */
export function icon(name, label) {
  const access = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  const box = { class: `icon icon-${name}`, viewBox: "0 0 16 16", ...access };
  return svg("svg", box, svg("path", { d: PATHS[name] }));
}
