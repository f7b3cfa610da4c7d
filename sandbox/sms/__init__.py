"""A stand-in for a short-message service: a page that shows what phones would get."""
