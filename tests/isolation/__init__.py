"""One person never sees another: the product's own statements, their owner left out, against the database alone."""
