"""Grafana's dashboards: their JSON as types, and what their panels show, as plain data.

The way of a panel's expression, from JSON to pixels:

1. `model.dashboard.parse` reads a file, once. `panel`, `query`, `field_config` and `variable` are
   its types; what does not fit is a problem of that panel, of that dashboard or of that file.
   `model.library` holds the dashboards of a folder.
2. `evaluation.evaluate.Evaluator` makes a `View` of a dashboard: `variables` resolves the choices
   into an `interpolation.Scope`, `time_range` the range; `display.layout` places the panels.
3. `Evaluator.panel` fills in the expression, asks a client of `datasources` (`queries`), and
   applies `transformations`. The result are the `frames`.
4. `console.presentation` gives the frames units, colours and texts (`display`) and writes them as
   JSON; the browser's `panel.js` draws that.

The browser, `verify` and the tests share steps 1 to 3. Nothing here imports the console. What is
not rendered is named in its place, see `evaluation.support`.
"""
