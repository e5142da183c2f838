# Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.
"""The metrics of the catalogue as Python objects, one module for each domain."""

# Which domains a program records.
DOMAINS = {
    "business-metrics": ("business", "http", "security",),
    "juce-backend": ("audio", "ffi",),
    "juce-plugin": ("plugin",),
    "swift-frontend": ("ui",),
    "whiteroom-console": ("console",),
    "whiteroom-inbox": ("inbox",),
    "whiteroom-logs": ("logs",),
    "whiteroom-shipper": ("shipper",),
    "whiteroom-watcher": ("watcher",),
}
