"""The store: streams of lines in memory (`head`), in a journal (`wal`) and in `segment` files.

`admission.py` refuses what breaks a limit. `manifest.py` names the files that count, `durable.py`
has every call that waits for the disk, `deletion.py` takes lines away, and `check.py` verifies a
folder.
"""
