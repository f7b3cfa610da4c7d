"""Who may do what: signing in, consent, codes, and access for someone else."""
