"""The pages of the console, a file per noun."""

from console.listening.pages import LISTENING
from console.pages import audit, candidates, entry, exchange, figures, home, item, items, publishing
from console.running.pages import RUNNING

ROUTERS = (
    home.router,
    items.router,
    item.router,
    entry.router,
    figures.router,
    publishing.router,
    candidates.router,
    exchange.router,
    audit.router,
    *LISTENING,
    *RUNNING,
)
