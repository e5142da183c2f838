"""The checks of `whiteroom verify`: what should be there in the running stack is there.

A file is an area; a function in it is a probe, named like the id of its check. Adding a probe is
adding its function.
"""
