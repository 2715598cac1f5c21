"""The schema's history, applied by `spectrum migrate` in order, each migration in one transaction."""
