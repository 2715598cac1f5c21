"""What there is to do, when it is due, who does it, and whether it was done in time."""
