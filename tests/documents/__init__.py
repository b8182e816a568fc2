"""The documents agree with the code, and their commands do what they say."""
