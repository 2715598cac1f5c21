"""How many cores, bytes and connections how many people need: measured costs, and a simulated week over the world."""
