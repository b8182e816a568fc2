"""The only I/O: logins, requests, retries, and the pace of all three."""
