"""The inbox: receives what PagerDuty, Slack and a mail server would have received."""
