// Runs before anything is drawn, so that a dark room stays dark.
"use strict";

document.documentElement.dataset.theme =
  new URLSearchParams(location.search).get("theme") ??
  localStorage.getItem("theme") ??
  (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
