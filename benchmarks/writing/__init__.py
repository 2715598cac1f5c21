"""What writers make of a fixed set of briefs, measured; and a gallery of texts to read."""
