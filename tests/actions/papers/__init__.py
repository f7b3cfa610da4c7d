"""Certificates, matters between agencies and one's own data, as a citizen meets them."""
