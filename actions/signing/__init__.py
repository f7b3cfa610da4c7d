"""Our keys for signatures: one for certificates, one for documents to other agencies."""
