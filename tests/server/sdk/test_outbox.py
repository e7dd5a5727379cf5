import asyncio

import pytest

from scriba.server.sdk.outbox import FULL, ClientTooSlow, Outbox


def test_messages_go_in_order_and_a_waiting_draft_is_replaced() -> None:
    async def sent() -> list[str]:
        found: list[str] = []
        gate = asyncio.Event()

        async def send(text: str) -> None:
            await gate.wait()
            found.append(text)

        outbox = Outbox(send, 30.0)
        for text in ("start", "draft 1", "draft 2", "final", "draft 3", "draft 4", "end"):
            outbox.put(text, draft=text.startswith("draft"))
        gate.set()
        outbox.close()
        await outbox.run()
        return found

    assert asyncio.run(sent()) == ["start", "draft 2", "final", "draft 4", "end"]


def test_it_is_full_when_a_client_leaves_many_messages() -> None:
    async def full() -> list[bool]:
        async def send(_: str) -> None: ...

        outbox = Outbox(send, 30.0)
        found = []
        for number in range(FULL):
            found.append(outbox.full)
            outbox.put(str(number))
        return [*found[-1:], outbox.full]

    assert asyncio.run(full()) == [False, True]


def test_a_client_that_does_not_read_is_given_up() -> None:
    async def send_to_nobody() -> None:
        async def send(_: str) -> None:
            await asyncio.Event().wait()

        outbox = Outbox(send, 0.05)
        outbox.put("anyone?")
        await outbox.run()

    with pytest.raises(ClientTooSlow, match="it read nothing for"):
        asyncio.run(send_to_nobody())


@pytest.mark.parametrize("ticks", range(5))
def test_it_ends_when_it_is_cancelled_as_a_message_is_sent(ticks: int) -> None:
    async def go() -> bool:
        sent = asyncio.get_running_loop().create_future()

        async def send(_: str) -> None:
            await sent

        outbox = Outbox(send, 30.0)
        outbox.put("a message")
        running = asyncio.ensure_future(outbox.run())
        for _ in range(5):
            await asyncio.sleep(0)
        sent.set_result(None)
        for _ in range(ticks):
            await asyncio.sleep(0)
        running.cancel()
        done, _ = await asyncio.wait({running}, timeout=5.0)
        running.cancel()
        return running in done

    assert asyncio.run(go())
