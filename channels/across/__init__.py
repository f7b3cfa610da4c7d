"""What the processes of the gateway share: whose turn it is, and what is new."""
