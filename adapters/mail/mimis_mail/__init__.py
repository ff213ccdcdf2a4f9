"""Mail adapter: messages and sealed files by SMTP."""
