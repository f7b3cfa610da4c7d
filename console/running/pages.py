"""The pages of this part."""

from console.running import channels, desk, handovers, health, retention, sites, versions

RUNNING = (
    *(health.router, sites.router, channels.router, retention.router, versions.router),
    *(handovers.router, desk.router),
)
