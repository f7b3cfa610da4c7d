"""Everything that is kept: tables, and plain functions over one connection."""
