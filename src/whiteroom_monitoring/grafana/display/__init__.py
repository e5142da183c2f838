"""How values look: units, colours, texts, places and links."""
