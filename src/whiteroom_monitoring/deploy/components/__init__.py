"""The components of the stack: one file for each, or for one family. Adding one is adding a file.

Each module has ``COMPONENTS``, a tuple of descriptions; `registry.py` finds the modules.
"""
