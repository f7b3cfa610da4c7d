"""The back offices of social insurance, one per pooling region, and the only calls to them."""
