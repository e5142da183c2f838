"""Static proof: catalogue, rules, routes, runbooks and dashboards agree."""
