"""Runs within namespaces of its own: a service on port 443, and the SDKs with only a region.

Its argument is JSON (see `test_tls`); it prints what each of the SDKs was told.
"""

import fcntl
import json
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..server.live import Live
from .client import Client

_SET_FLAGS = 0x8914
_UP = 1


def _network(hosts: str) -> None:
    """Loopback is up, and names are looked up in the file `hosts`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


def _texts(name: str, job: dict[str, Any], environment: dict[str, str]) -> list[str]:
    client = Client(name, **environment)
    try:
        told = client.run(job)
    finally:
        client.close()
    return [each.text or str(each.fields) for each in told.results("result")]


def main() -> None:
    asked = json.loads(sys.argv[1])
    _network(asked["hosts"])
    live = Live(Path(asked["data"]), *asked["options"])
    try:
        job = {**asked["job"], "key": live.key}
        said = {name: _texts(name, job, asked["environment"]) for name in asked["clients"]}
    finally:
        live.stop()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
