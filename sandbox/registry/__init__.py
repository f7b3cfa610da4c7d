"""The sandbox registry: back offices of three regions with synthetic people, on loopback."""
