// Keyboard shortcuts, and the list of them.
import { h } from "../shared/dom.js";

/** @type {Map<string, { description: string, act: () => void }>} */
const shortcuts = new Map();

/**
 * @param {string} key as KeyboardEvent names it
 * @param {string} description
 * @param {() => void} act
 */
export function addShortcut(key, description, act) {
  shortcuts.set(key, { description, act });
}

/** @param {KeyboardEvent} event */
export function handleShortcut(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isWriting = event.target?.closest?.("input, textarea, select");
  if (isWriting || document.querySelector("dialog[open]")) return;
  const shortcut = shortcuts.get(event.key);
  if (!shortcut) return;
  event.preventDefault();
  shortcut.act();
}

export function showShortcuts() {
  const rows = [...shortcuts].map(([key, { description }]) =>
    h("li", {}, h("kbd", {}, key), description),
  );
  const close = h("button", { class: "primary", onclick: () => dialog.close() }, "Close");
  const dialog = h(
    "dialog",
    { onclose: () => dialog.remove() },
    h("h2", {}, "Keyboard shortcuts"),
    h("ul", { class: "shortcuts" }, rows),
    close,
  );
  document.body.append(dialog);
  dialog.showModal();
}
