"""Tests of the gateway, through its front door."""
