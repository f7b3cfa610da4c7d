"""The pages of this part, in the order in which they are tried."""

from console.listening import cluster, inbox, insight
from console.quality import labelling
from console.quality import pages as quality

QUALITY = (labelling.router, quality.router)

LISTENING = (inbox.router, cluster.router, insight.router, *QUALITY)
