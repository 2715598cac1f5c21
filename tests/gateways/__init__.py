"""What is outside, asked for real: commands and what they may not do."""
