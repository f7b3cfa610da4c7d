"""Feishu (飞书), and Lark abroad: messages from and to those who write to a bot of ours."""
