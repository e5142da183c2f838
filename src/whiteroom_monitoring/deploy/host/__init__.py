"""The machine that a stack runs on: accounts, programs, processes, memory, what is made on it."""
