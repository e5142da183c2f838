"""The HTTP API of Loki, over the store.

- `app.py`: queries, and what an expression looks like. `tail.py`: new lines by WebSocket.
- `push.py`, `otlp.py`: lines that come in. `bodies.py`: what is compressed.
- `index.py`: labels, series, statistics, volume. `detect.py`: fields, patterns, limits.
- `deletions.py`: requests to delete. `params.py`: the parameters of all of them.
"""
