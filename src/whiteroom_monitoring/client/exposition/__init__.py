"""Serving metrics: what a request is answered, by a small server, ASGI or WSGI."""
