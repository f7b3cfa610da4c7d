"""Papers: files behind links that expire, and the public check of certificates."""
