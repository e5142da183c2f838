"""The catalogue: what White Room measures, loaded and checked."""
