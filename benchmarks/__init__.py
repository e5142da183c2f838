"""Measurements against peers: each program prints ours, the peer, the ratio and the goal."""
