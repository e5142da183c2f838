"""The reference White Room as components of the stack: each stands in for a program of White Room.

`whiteroom.toml` says which program is scraped how, and which rules are about it.
"""
