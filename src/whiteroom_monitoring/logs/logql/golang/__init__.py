"""What Go reads and writes, which LogQL takes over: numbers, durations, sizes, strings, times."""
