"""Canaries: lines that are written at each source of logs, and looked for in the log store."""
