"""Computes the numbers that a query asks for."""
