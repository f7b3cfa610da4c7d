"""The calculators: forms, estimates, and what they rest on."""
