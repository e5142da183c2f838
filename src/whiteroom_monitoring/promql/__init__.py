"""PromQL: which series exist, what an expression gives, and how expressions are built."""
