"""The WebSocket protocol of Microsoft's Speech SDKs."""
