// Reads what the server packs to be small.

/** @typedef {import("./types").Values} Values */

/**
 * Decodes values: floats of 32 bits in base 64; NaN stands for no value.
 * @param {string} text
 * @returns {Values}
 */
export function decodeValues(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
  /** @type {Values} */
  const values = [];
  for (const value of new Float32Array(bytes.buffer)) {
    values.push(Number.isFinite(value) ? value : null);
  }
  return values;
}

/**
 * Decodes a panel in place, and returns it.
 * @param {any} content
 */
export function decodePanel(content) {
  for (const series of content.series ?? []) series.values = decodeValues(series.values);
  for (const single of content.singleValues ?? []) single.line &&= decodeValues(single.line);
  return content;
}
