"""Checks of dashboards: one module for each, with the same form: files in, diagnostics out."""
