"""The other side of the exchange: an access point and an institution that are nobody's.

It shares no code with ours: it writes its XML by hand, signs with libxmlsec1 and checks shapes
with xmlschema alone, so that the two sides only agree on what is written down.
"""
