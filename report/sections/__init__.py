"""What the page says about an organisation, section by section."""
