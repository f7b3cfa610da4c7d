"""How the gateway is watched: logs, figures, and whether it can answer."""
