"""Ends what Alertmanager leaves open, keeps its silences, and says when nobody else can."""
