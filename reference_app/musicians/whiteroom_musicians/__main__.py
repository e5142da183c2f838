"""``python -m whiteroom_musicians``."""

import sys

from whiteroom_musicians.command import main

sys.exit(main())
