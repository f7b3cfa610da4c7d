"""The pages of the widget over HTTP."""
