"""From a panel, the choices of variables and a time range to plain data."""
