"""The shipper: reads sources of logs by Promtail's configuration, and sends them to Loki's API."""
