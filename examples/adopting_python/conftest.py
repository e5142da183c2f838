pytest_plugins = ["whiteroom_monitoring.testing.pytest_plugin"]
