"""Durable work: transcriptions that outlive the process that runs them."""
