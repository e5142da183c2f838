"""What a pipeline does with lines: a class for each stage of Promtail's."""
