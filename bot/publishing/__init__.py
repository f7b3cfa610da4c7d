"""New wordings in running engines: the signed index, what goes into it, and its gate."""
