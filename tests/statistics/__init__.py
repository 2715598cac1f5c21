"""The team's statistics: known values, edges, properties, and invented worlds whose truth is known."""
