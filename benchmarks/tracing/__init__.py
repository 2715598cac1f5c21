"""A collector of one's own, and traces as trees of text. Sends nothing."""
