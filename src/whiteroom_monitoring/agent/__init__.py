"""The agent: serves the metrics of programs that have no endpoint, or are gone."""
