"""What browsers load, and the servers that they load it from."""
