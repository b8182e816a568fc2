"""What a user hands in, read once, and what can be wrong with it."""
