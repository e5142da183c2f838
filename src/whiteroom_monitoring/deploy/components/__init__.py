"""The reference White Room as the stack runs it: engine, database, cache, web server, people."""
