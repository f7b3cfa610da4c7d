"""The pages of this part, in the order in which they are tried."""

from console.listening import cluster, inbox, insight

LISTENING = (inbox.router, cluster.router, insight.router)
