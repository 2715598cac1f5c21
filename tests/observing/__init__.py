"""Alerts, runbooks and dashboards: every name in them is one that is really exposed."""
