"""``python -m whiteroom_monitoring`` is the command ``whiteroom``."""

import sys

from whiteroom_monitoring.cli import main

sys.exit(main())
