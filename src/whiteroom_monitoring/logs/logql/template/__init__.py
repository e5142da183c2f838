"""Templates of line_format and label_format: Go's text/template, as Loki lets it be used."""
