"""Where lines come from: files, the journal, containers, syslog, pushes."""
