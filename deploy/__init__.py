"""Deployment: images, Compose, Kubernetes, and the few programs that only containers need."""
