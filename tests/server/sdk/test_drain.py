"""What becomes of connections when the server is told to stop."""

from contextlib import AbstractContextManager

from ..conftest import Running, Start
from .client import CONVERSATION, Client, connected, wav

GONE = (1001, "The service is shutting down.")


def joined(server: Running) -> AbstractContextManager[Client]:
    return connected(server.address, CONVERSATION, server.anywhere.key1, language="en-US")


def test_a_connection_without_a_turn_ends_at_once(server: Running) -> None:
    with joined(server) as client:
        client.recognise(wav(1.0))
        server.stop()
        assert client.closed() == GONE


def test_a_turn_is_let_finish(start: Start) -> None:
    server = start(drain_timeout=60.0)
    with joined(server) as client:
        id = client.context()
        client.audio(id, wav(1.0))
        assert server.speech.begun.wait(30)
        server.stop()
        client.audio(id, bytes(32000))
        client.end(id)
        messages = client.turn()
        assert messages[-2][1]["Offset"] == 20000000
        assert client.closed() == GONE


def test_a_turn_that_goes_on_is_ended_with_all_audio_acknowledged(start: Start) -> None:
    server = start(drain_timeout=2.0)
    with joined(server) as client:
        client.audio(client.context(), wav(1.5))
        assert server.speech.begun.wait(30)
        server.stop()
        messages = client.turn()
        assert messages[-2][1]["RecognitionStatus"] == "EndOfDictation"
        assert messages[-2][1]["Offset"] == 15000000
        assert client.closed() == GONE
