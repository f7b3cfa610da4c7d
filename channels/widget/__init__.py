"""What the citizen's browser loads: loader, app, pages, and the form without scripts."""
