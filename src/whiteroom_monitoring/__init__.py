"""White Room Monitoring: metrics that never disturb an audio thread, and a stack that is proven."""

from whiteroom_monitoring import _moved

__version__ = "0.1.0"

_moved.install()
