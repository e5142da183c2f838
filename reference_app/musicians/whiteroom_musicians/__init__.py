"""The people who use White Room: a seeded load on the reference backend and engine."""
