pytest_plugins = ["whiteroom_monitoring.client.testing.pytest_plugin"]
