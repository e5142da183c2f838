"""Grafana's dashboards: their JSON as types, and what their panels show, as plain data.

The way of a panel's expression, from JSON to pixels:

1. `dashboard.parse` reads a file, once. `panel`, `query`, `field_config` and `variable` are its
   types; what does not fit is a problem of that panel, of that dashboard or of that file.
   `library` holds the dashboards of a folder.
2. `evaluate.Evaluator` makes a `View` of a dashboard: `variables` resolves the choices into a
   `interpolation.Scope`, `time_range` the range; `layout` says where each panel stands.
3. `evaluate.Evaluator.panel` fills in the expression, asks a client of `datasources`
   (`queries`), and applies `transformations`. The result are the `frames`.
4. `console.presentation` gives the frames units, colours and words (`display_value`, `colors`,
   `units`) and writes them as JSON; the browser's `panel.js` draws that.

The browser, `verify` and the tests share steps 1 to 3. Nothing here imports the console. What is
not rendered is named in its place, see `support`.
"""
