"""A Singer tap for the Analytics API of Zencoder, the AI coding assistant."""
