"""From the catalogue to clients and reference pages, and from Python to dashboards."""
