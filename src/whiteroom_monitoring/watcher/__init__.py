"""The watcher: follows a sample through every hop to the pagers, and says which hop is broken."""
