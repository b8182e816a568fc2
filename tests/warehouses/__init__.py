"""Real loaders, into databases that run here."""
