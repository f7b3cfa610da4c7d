"""WhatsApp, by Meta's Cloud API: messages from and to those who write to our number."""
