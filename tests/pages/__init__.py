"""The page of report/: what it says, what it leaves out, and how a browser shows it."""
