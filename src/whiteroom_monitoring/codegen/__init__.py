"""Code generation: the catalogue becomes one intermediate form, and templates write it down."""
