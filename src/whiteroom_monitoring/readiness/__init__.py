"""What `whiteroom drill --before-show` asks the stack and its machine before people play.

A file is an area, and a function in it a check, as in `probes/`. None of them disturbs the sound.
"""
