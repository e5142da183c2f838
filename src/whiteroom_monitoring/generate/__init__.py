"""From the catalogue to clients and reference pages."""
