"""A door that stays open while the service behind it goes and comes, as a load balancer does."""

import socket
import threading
import time
from contextlib import suppress


class Relay:
    """Passes connections on to `target`; those that come while nobody is there wait."""

    def __init__(self, target: int, patience: float = 200) -> None:
        self._target = target
        self._patience = patience
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                outside, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(outside,), daemon=True).start()

    def _serve(self, outside: socket.socket) -> None:
        with suppress(OSError), outside, self._inside() as inside:
            back = threading.Thread(target=_copy, args=(inside, outside), daemon=True)
            back.start()
            _copy(outside, inside)
            back.join(60)

    def _inside(self) -> socket.socket:
        until = time.monotonic() + self._patience
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Both directions end together: half a WebSocket is none."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
