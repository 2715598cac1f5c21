"""Work: every job has its effect once, whoever dies and whatever is away."""
