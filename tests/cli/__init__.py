"""The `spectrum` command as people and scripts run it: processes of their own, their output and how they end."""
