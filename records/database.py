"""The connection to PostgreSQL that everything in `records` is given."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def open_database(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """Connect to `url` (``postgresql://…``), with a pool that checks itself after an outage."""
    return create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 5},
    )
