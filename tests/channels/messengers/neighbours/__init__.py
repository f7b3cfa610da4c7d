"""WeChat's neighbours: WeCom, 微信客服, DingTalk, Feishu, Telegram, LINE, Slack, WhatsApp."""
