"""The schedules of examples/, run as GitHub Actions and GitLab CI would run them."""
