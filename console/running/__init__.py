"""What administrators look after: sites, channels, retention, the health of each part."""
