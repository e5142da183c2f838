"""Call each of these functions of a library once, with nothing: `LIBRARY FUNCTION ...`."""

from __future__ import annotations

import ctypes
import sys

# More than any function has: what is not looked at does no harm in the calling conventions of
# x86-64 and AArch64. A function of the ABI refuses NULL before it does anything.
ARGUMENTS = 6

if __name__ == "__main__":
    library = ctypes.CDLL(sys.argv[1])
    for name in sys.argv[2:]:
        getattr(library, name)(*[ctypes.c_void_p(None)] * ARGUMENTS)
