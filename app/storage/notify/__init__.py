"""Where people can be reached, and how they want to be."""
