"""Logs: what ships them, what stores them, and the language that they are asked in.

- `shipper`: reads files, containers, the journal and syslog as Promtail does, and pushes lines.
- `store`: keeps lines in blocks on the disk; a line that was acknowledged is there after a crash.
- `logql`: the language: grammar, stages, templates, and what an expression evaluates to.
- `query`: which blocks and lines an expression has to read.
- `http`: Loki's API over these. `service.py` runs queries, with the bounds of `limits.py`.
- `patterns.py`: clusters of lines that are alike. `native/`: what is too slow in Python, in C++.
"""
