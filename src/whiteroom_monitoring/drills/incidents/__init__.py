"""Incidents to practise: a fault whose cause is hidden, people who answer, and what they promised.

An *incident* is data: what musicians report, which scenario's faults happen, and what mends them.
An *exercise* plays one in a copy of the stack; its *review* holds what people did against what the
priorities promise.
"""
