"""``python -m whiteroom_backend``."""

import sys

from whiteroom_backend.command import main

sys.exit(main())
