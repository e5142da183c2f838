"""What each stage of a query does to a line and its labels."""
