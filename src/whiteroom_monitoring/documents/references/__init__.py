"""Reference pages that follow from the code and the configuration: each module writes one."""
