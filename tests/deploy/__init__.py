"""Deployment: what is written is valid, is safe, and its commands and settings run."""
