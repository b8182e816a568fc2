"""Programs that run in the emulators' own virtual environments."""
