"""What `whiteroom drill` does: it harms a copy of the stack, and sees who is told.

A *scenario* is data: a fault, the alerts that it causes, and whom they page. A *run* harms the copy
by one scenario and records what happens; the *evidence* compares that with the scenario, field by
field.
"""
