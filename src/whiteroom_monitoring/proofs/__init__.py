"""When each alert was last seen to reach its pager, and whether that still holds.

A proof belongs to a digest: of the rule and what it records, of the routes that may take its
alert, of their receivers, of the templates, and of the scenarios. Whatever of these changes, the
proof is void.
"""
