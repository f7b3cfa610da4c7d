"""What every request passes on its way in, before any of our routes sees it."""
