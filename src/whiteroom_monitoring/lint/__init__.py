"""Static checks: catalogue, rules, alerts, runbooks, routes and dashboards agree.

A folder is an area, a file in it is a check, named like its id. Adding a check is adding its file.
"""
