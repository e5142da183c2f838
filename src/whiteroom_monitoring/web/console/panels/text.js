// Text panels: HTML that the server has made of Markdown, and sanitized.
import { h } from "../../shared/dom.js";

/**
 * @param {HTMLElement} host
 * @param {{ html: string }} panel
 */
export function drawText(host, { html }) {
  host.replaceChildren(h("div", { class: "prose", sanitizedHtml: html }));
}
