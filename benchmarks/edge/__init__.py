"""What serving the dashboard costs, beside peers on the same tables."""
