"""A person's words are nowhere but sealed in one table: planted in many forms, searched for in many more."""
