"""The documents: pages from several folders become one site, built offline."""
