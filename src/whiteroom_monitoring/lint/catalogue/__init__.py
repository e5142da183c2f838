"""Checks of the catalogue and of what is generated from it."""
