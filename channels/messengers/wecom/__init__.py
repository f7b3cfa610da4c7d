"""WeCom (企业微信): its applications, and 微信客服 for everybody in WeChat."""
