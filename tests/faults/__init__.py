"""Real programs on servers of their own, hit by every fault that the promises name: nothing lost, nothing doubled."""
