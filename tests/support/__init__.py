"""What all tests share: ports, waiting, addresses of files, and what servers answer."""
