"""What lies outside: the queue that wakes workers, and the writer of words."""
