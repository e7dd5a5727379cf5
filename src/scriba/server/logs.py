"""How the server logs: one line an event, with the id of the request it belongs to."""

import logging

from scriba.server.observe import request_id

_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"


class _RequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request = request_id.get()
        return True


def configure_logs(level: str) -> None:
    """Log to standard error from `level` on; the web server's own chatter only from warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(_RequestId())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("scriba").setLevel(level.upper())
    # A warning for every malformed request would let anyone fill the log.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
