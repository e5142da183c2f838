"""``python -m whiteroom_monitoring`` is the command ``whiteroom``."""

import sys

try:
    from whiteroom_monitoring.cli.main import main
except KeyboardInterrupt:
    # Ctrl-C while Python still reads the program: no traceback either.
    sys.exit(130)

sys.exit(main())
