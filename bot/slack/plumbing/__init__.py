"""How Slack reaches us and we answer: HTTP, Socket Mode, acknowledgement, payloads, replies."""
