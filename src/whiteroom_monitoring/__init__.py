"""White Room Monitoring: metrics that never disturb an audio thread, and a stack that is proven."""

__version__ = "0.1.0"
