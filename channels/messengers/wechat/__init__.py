"""WeChat Official Account (微信公众号): messages from and to its followers."""
