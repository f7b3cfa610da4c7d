"""What is kept of messengers: accounts, threads, deliveries, links."""
