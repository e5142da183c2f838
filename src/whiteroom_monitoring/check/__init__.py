"""Static proof: catalogue, rules, routes, runbooks and docs agree."""
