import logging
import threading
from copy import copy
from dataclasses import replace
from datetime import timedelta

import pytest

from scriba.jobs.deliveries import Deliveries
from scriba.net.client import Client
from scriba.net.policy import Policy
from scriba.resources.entity import Kind, Problem, Status, now
from scriba.resources.versions import Version
from scriba.storage import Resources
from scriba.storage.deliveries import PENDING, SUCCEEDED, Try

from .conftest import HASTY, Post, until
from .receiver import Call, Receiver

ALL = tuple(f"transcription{each}" for each in ("Creation", "Processing", "Completion", "Deletion"))


def test_a_life_is_told_in_signed_calls(post: Post, receiver: Receiver) -> None:
    post.start()
    hook = post.hook(receiver.address + "?a=b", *ALL, secret="hush")
    assert hook.status is Status.SUCCEEDED
    challenge = receiver.calls[0]
    assert (challenge.event, challenge.path.startswith("/hook?a=b&")) == ("Challenge", True)
    assert challenge.token is not None
    assert challenge.signed_with("hush")

    entity = post.transcription()
    post.entities.advance(entity.id, Status.RUNNING, was=[Status.NOT_STARTED])
    post.entities.advance(
        entity.id, Status.FAILED, was=[Status.RUNNING], error=Problem("InvalidData", "silence")
    )
    assert not post.entities.advance(entity.id, Status.SUCCEEDED, was=[Status.RUNNING])
    post.entities.delete(Kind.TRANSCRIPTION, entity.id, post.resource_id)

    until(lambda: len(receiver.events()) == 4)
    assert sorted(receiver.events()) == sorted(each[0].upper() + each[1:] for each in ALL)
    for call in receiver.calls[1:]:
        assert call.signed_with("hush")
        assert not call.signed_with("other")
        assert call.body["self"] == (
            f"http://scriba.example/speechtotext/v3.2/transcriptions/{entity.id}"
        )
    assert len({call.body["invocationId"] for call in receiver.calls}) == 5
    until(lambda: post.statuses(hook) == ["succeeded"] * 4)


def test_without_secret_nothing_is_signed(post: Post, receiver: Receiver) -> None:
    post.start()
    post.hook(receiver.address, "transcriptionCreation")
    post.transcription()
    until(lambda: len(receiver.calls) == 2)
    assert [call.signature for call in receiver.calls] == [None, None]


def test_only_registered_events_of_the_own_resource_are_sent(
    post: Post, receiver: Receiver
) -> None:
    other = copy(post)
    other.resource_id = Resources(post.store).create("other").id
    post.start()
    post.hook(receiver.address, "transcriptionDeletion", "transcriptionCreation")
    other.transcription()
    entity = post.transcription()
    post.entities.advance(entity.id, Status.RUNNING, was=[Status.NOT_STARTED])
    post.entities.delete(Kind.TRANSCRIPTION, entity.id, post.resource_id)
    until(lambda: len(receiver.events()) == 2)
    assert sorted(receiver.events()) == ["TranscriptionCreation", "TranscriptionDeletion"]
    assert all(entity.id in call.body["self"] for call in receiver.calls[1:])


@pytest.mark.parametrize(
    ("hook", "entity", "link"),
    [
        (Version.V3_0, Version.V3_0, "/speechtotext/v3.0/transcriptions/{id}"),
        (Version.V3_0, Version.V3_1, None),
        (Version.V3_1, Version.V3_0, "/speechtotext/v3.1/transcriptions/{id}"),
        (Version.V3_1, Version.V3_2, "/speechtotext/v3.2/transcriptions/{id}"),
        (
            Version.V2024_11,
            Version.V3_2,
            "/speechtotext/transcriptions/{id}?api-version=2024-11-15",
        ),
    ],
)
def test_versions(
    post: Post, receiver: Receiver, hook: Version, entity: Version, link: str | None
) -> None:
    post.start()
    made = post.hook(receiver.address, "transcriptionCreation", version=hook)
    of = post.transcription(entity)
    if link is None:
        assert post.statuses(made) == []
        return
    until(lambda: len(receiver.calls) == 2)
    assert receiver.calls[1].body["self"] == "http://scriba.example" + link.format(id=of.id)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, b"something else"), "did not answer with the validationToken"),
        ((404, b""), "answered 404"),
        ((302, b""), "redirects are not followed"),
        ((204, b""), "a challenge needs 200"),
    ],
)
def test_a_challenge_that_fails_says_why(
    post: Post, receiver: Receiver, answer: tuple[int, bytes], words: str
) -> None:
    receiver.answer = lambda _: answer
    receiver.headers["Location"] = "http://127.0.0.1:1/"
    post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    assert hook.status is Status.FAILED
    assert hook.error is not None
    assert hook.error.code == "InvalidCallbackUri"
    assert words in hook.error.message
    assert "PATCH webUrl" in hook.error.message
    post.transcription()
    assert post.statuses(hook) == []


def test_a_challenge_waits_for_a_receiver_that_starts(post: Post, receiver: Receiver) -> None:
    post.start()
    receiver.answer = lambda call: (503, b"") if len(receiver.calls) < 3 else Receiver.polite(call)
    assert post.hook(receiver.address).status is Status.SUCCEEDED
    assert len({call.token for call in receiver.calls}) == 1
    assert post.webhooks.get(post.entities.list(Kind.WEBHOOK, post.resource_id)[0].id).error is None


def test_a_receiver_that_is_down_when_it_is_registered_gets_all(
    post: Post, receiver: Receiver
) -> None:
    receiver.answer = lambda _: (503, b"")
    post.start()
    hook = post.hook(receiver.address, "transcriptionCreation", settled=False)
    wanted = {post.transcription().id for _ in range(3)}
    until(lambda: len(receiver.calls) > 6)
    waiting = post.get(hook)
    assert waiting.status is Status.NOT_STARTED
    assert waiting.error is not None
    assert "answered 503" in waiting.error.message
    assert "sent again until" in waiting.error.message
    assert receiver.events() == []
    receiver.answer = Receiver.polite
    until(lambda: post.statuses(hook) == ["succeeded"] * 3)
    assert (post.get(hook).status, post.get(hook).error) == (Status.SUCCEEDED, None)
    got = [call.body["self"].rsplit("/", 1)[1] for call in receiver.calls if not call.token]
    assert sorted(got) == sorted(wanted)


def test_a_challenge_ends_with_the_window(post: Post, receiver: Receiver) -> None:
    receiver.answer = lambda _: (503, b"")
    post.start(replace(HASTY, window=0.3))
    hook = post.hook(receiver.address, "transcriptionCreation", settled=False)
    post.transcription()
    until(lambda: post.get(hook).status is Status.FAILED)
    error = post.get(hook).error
    assert error is not None
    assert "answered 503" in error.message
    assert "PATCH webUrl" in error.message
    # What waited for it is given up as everything is, and nothing is sent to where it failed.
    until(lambda: post.statuses(hook) == ["failed"])
    assert receiver.events() == []


def test_what_waits_for_a_challenge_is_not_given_up(post: Post) -> None:
    hook = post.hook("http://127.0.0.1:1/", "transcriptionCreation", settled=False)
    post.transcription()
    assert post.outbox.give_up(now() + timedelta(days=1)) == {}
    assert post.webhooks.settle(hook.id, "http://127.0.0.1:1/", Problem("x", "y"))
    # The challenge itself as well, which no loop has tried here.
    assert post.outbox.give_up(now() + timedelta(days=1)) == {hook.id: 2}


def test_a_claimed_event_does_not_go_to_an_address_that_is_not_challenged(
    post: Post, receiver: Receiver
) -> None:
    loop = post.start(replace(HASTY, lease=0.2))
    hook = post.hook(receiver.address, "transcriptionCreation")
    loop.close()
    post.transcription()
    claimed = post.outbox.claim(10, 5.0)
    assert len(claimed) == 1
    second = Receiver()
    try:
        spec = {**hook.spec, "web_url": second.address}
        post.webhooks.change(hook.id, hook.resource_id, lambda _: {"spec": spec}, challenge=True)
        assert loop._deliver(claimed[0]) is None
        assert second.calls == []
    finally:
        second.stop()


def test_a_new_address_is_challenged_before_it_gets_events(post: Post, receiver: Receiver) -> None:
    post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    second = Receiver()
    gate = threading.Event()

    def late(call: Call) -> tuple[int, bytes]:
        gate.wait(20)
        return Receiver.polite(call)

    try:
        second.answer = late
        spec = {**hook.spec, "web_url": second.address}
        changed = post.webhooks.change(
            hook.id, hook.resource_id, lambda _: {"spec": spec}, challenge=True
        )
        assert changed.status is Status.NOT_STARTED
        entity = post.transcription()
        until(lambda: len(second.calls) == 1)
        assert second.events() == []
        gate.set()
        until(lambda: second.events() == ["TranscriptionCreation"])
        assert entity.id in second.calls[-1].body["self"]
        assert receiver.events() == []
    finally:
        gate.set()
        second.stop()


def test_the_outcome_for_an_old_address_does_not_count(post: Post) -> None:
    hook = post.hook("http://127.0.0.1:1/old", settled=False)
    spec = {**hook.spec, "web_url": "http://127.0.0.1:1/new"}
    post.webhooks.change(hook.id, hook.resource_id, lambda _: {"spec": spec}, challenge=True)
    assert not post.webhooks.settle(hook.id, "http://127.0.0.1:1/old", None)
    assert post.get(hook).status is Status.NOT_STARTED
    challenges = post.outbox.list(hook.id, 0, 10)
    assert [each.payload["web_url"] for each in challenges] == ["http://127.0.0.1:1/new"]


def test_a_receiver_that_was_down_gets_all(post: Post, receiver: Receiver) -> None:
    post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    port = receiver.port
    receiver.stop()
    wanted = {post.transcription().id for _ in range(20)}
    until(lambda: sum(each.tries for each in post.outbox.list(hook.id, 0, 100)) > 8)
    assert post.get(hook).status is Status.SUCCEEDED
    again = Receiver(port)
    try:
        until(lambda: post.statuses(hook) == ["succeeded"] * 20)
        got = {call.body["self"].rsplit("/", 1)[1] for call in again.calls}
        assert got == wanted
        tried = next(each for each in post.outbox.list(hook.id, 0, 100) if each.tries > 1)
        tries = post.outbox.tries([tried.id])[tried.id]
        assert [each.number for each in tries] == list(range(1, tried.tries + 1))[-20:]
        assert "refused the connection" in str(tries[0].error)
        assert (tries[-1].status, tries[-1].error) == (200, None)
    finally:
        # The fixture stops the first one again, which is then gone already.
        receiver.stop = again.stop  # type: ignore[method-assign]


def test_slow_and_dead_receivers_hold_up_no_other(post: Post, receiver: Receiver) -> None:
    slow, gate = Receiver(), threading.Event()
    try:
        post.start(threads=6, each=2)
        for _ in range(2):
            post.hook(slow.address, "transcriptionCreation")
        fast = post.hook(receiver.address, "transcriptionCreation")

        def hang(call: Call) -> tuple[int, bytes]:
            gate.wait(60)
            return Receiver.polite(call)

        slow.answer = hang
        for _ in range(10):
            post.transcription()
        until(lambda: len(receiver.events()) == 10)
        assert not gate.is_set()
        until(lambda: post.statuses(fast) == ["succeeded"] * 10)
    finally:
        gate.set()
        slow.stop()


def test_after_the_window_the_webhook_says_so_and_goes_on(post: Post, receiver: Receiver) -> None:
    loop = post.start(replace(HASTY, window=0.5))
    hook = post.hook(receiver.address, "transcriptionCreation")
    receiver.answer = lambda _: (500, b"")
    post.transcription()
    until(lambda: post.statuses(hook) == ["failed"])
    until(lambda: post.get(hook).error is not None)
    error = post.get(hook).error
    assert error is not None
    assert error.code == "InvalidCallbackUri"
    assert "1 event was not delivered" in error.message
    assert post.get(hook).status is Status.SUCCEEDED
    loop.close()

    post.start()
    receiver.answer = Receiver.polite
    post.transcription()
    until(lambda: post.statuses(hook) == ["succeeded", "failed"])
    until(lambda: post.get(hook).error is None)


def test_a_worker_that_died_loses_nothing(post: Post, receiver: Receiver) -> None:
    first = post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    first.close()
    post.transcription()
    # It claims, and is killed before it has put down how that ended.
    claimed = post.outbox.claim(10, 0.3)
    assert len(claimed) == 1
    assert post.outbox.claim(10, 0.3) == []
    post.start()
    until(lambda: post.statuses(hook) == ["succeeded"])
    assert receiver.events() == ["TranscriptionCreation"]
    late = Try(1, now(), 0.1, 500, "late")
    assert not post.outbox.finish(claimed[0], late, PENDING, now())
    assert post.statuses(hook) == ["succeeded"]


def test_several_workers_share_and_send_each_once(post: Post, receiver: Receiver) -> None:
    post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    for _ in range(3):
        post.start()
    ids = [post.transcription().id for _ in range(40)]
    until(lambda: post.statuses(hook) == ["succeeded"] * 40)
    got = [call.body["self"].rsplit("/", 1)[1] for call in receiver.calls if not call.token]
    assert sorted(got) == sorted(ids)


def test_a_replay_is_the_same_call_again(post: Post, receiver: Receiver) -> None:
    post.start()
    hook = post.hook(receiver.address, "transcriptionCreation", secret="s")
    post.transcription()
    until(lambda: post.statuses(hook) == ["succeeded"])
    first = next(each for each in post.outbox.list(hook.id, 0, 10) if each.event != "challenge")
    second = post.outbox.replay(first)
    assert second.id != first.id
    until(lambda: post.statuses(hook) == ["succeeded"] * 2)
    one, two = receiver.calls[1:]
    assert one == two


def test_the_last_entity_of_each_event_is_the_test(post: Post, receiver: Receiver) -> None:
    post.start()
    hook = post.hook(
        receiver.address, "transcriptionCreation", "transcriptionCompletion", "datasetCreation"
    )
    assert post.webhooks.test(hook) == 0
    old, new = post.transcription(), post.transcription()
    post.entities.advance(old.id, Status.SUCCEEDED, was=[Status.NOT_STARTED])
    until(lambda: len(receiver.events()) == 3)
    receiver.calls.clear()
    assert post.webhooks.test(hook) == 2
    until(lambda: len(receiver.calls) == 2)
    got = {call.event: call.body["self"].rsplit("/", 1)[1] for call in receiver.calls}
    assert got["TranscriptionCompletion"] == old.id
    assert got["TranscriptionCreation"] in (old.id, new.id)


def test_a_deleted_webhook_hears_no_more(post: Post, receiver: Receiver) -> None:
    loop = post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    loop.close()
    post.transcription()
    claimed = post.outbox.claim(10, 5.0)
    assert post.entities.delete(Kind.WEBHOOK, hook.id, post.resource_id)
    assert not post.outbox.finish(claimed[0], Try(1, now(), 0.1, 200, None), SUCCEEDED)
    post.transcription()
    assert post.outbox.claim(10, 5.0) == []
    assert receiver.events() == []


def test_what_ended_long_ago_is_forgotten(post: Post, receiver: Receiver) -> None:
    loop = post.start(replace(HASTY, housekeeping=1000.0))
    hook = post.hook(receiver.address, "transcriptionCreation")
    post.transcription()
    until(lambda: post.statuses(hook) == ["succeeded"])
    loop.close()
    receiver.answer = lambda _: (500, b"")
    post.transcription()
    assert post.outbox.prune(now() - timedelta(hours=1)) == 0
    assert post.outbox.prune(now() + timedelta(hours=1)) == 2
    assert post.statuses(hook) == ["pending"]


def test_a_receiver_may_ask_for_time(post: Post, receiver: Receiver) -> None:
    post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    receiver.headers["Retry-After"] = "1000"
    receiver.answer = lambda _: (429, b"")
    post.transcription()
    until(lambda: post.outbox.list(hook.id, 0, 1)[0].tries == 1)
    waiting = post.outbox.list(hook.id, 0, 1)[0]
    assert waiting.due > waiting.created + timedelta(seconds=900)


def test_a_huge_answer_is_not_read_to_its_end(post: Post, receiver: Receiver) -> None:
    receiver.answer = lambda call: (200, (call.token or "").encode() + b" " * (8 << 20))
    post.start()
    assert post.hook(receiver.address, "transcriptionCreation").status is Status.SUCCEEDED


def test_private_addresses_are_refused(post: Post, receiver: Receiver) -> None:
    client = Client(Policy())
    loop = Deliveries(post.store, client, patience=HASTY)
    loop.start()
    try:
        hook = post.hook(receiver.address, "transcriptionCreation")
        assert hook.status is Status.FAILED
        assert "SCRIBA_ALLOW_PRIVATE_ADDRESSES" in str(hook.error)
        until(lambda: post.outbox.list(hook.id, 0, 10)[0].status == "failed")
        assert [each.tries for each in post.outbox.list(hook.id, 0, 10)] == [1]
        assert receiver.calls == []
    finally:
        loop.close()
        client.close()


def test_nothing_secret_is_logged_or_put_down(
    post: Post, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post.start()
    hook = post.hook(
        receiver.address.replace("://", "://user:pass-word-1@") + "?code=very-secret-2",
        "transcriptionCreation",
        secret="very-secret-3",
    )
    receiver.answer = lambda _: (500, b"")
    post.transcription()
    until(lambda: post.outbox.list(hook.id, 0, 1)[0].tries > 1)
    newest = post.outbox.list(hook.id, 0, 1)[0]
    errors = "".join(str(each.error) for each in post.outbox.tries([newest.id])[newest.id])
    assert "answered 500" in errors
    assert "answered 500" in caplog.text
    for secret in ("pass-word-1", "very-secret-2", "very-secret-3", "validationToken="):
        assert secret not in errors
        assert secret not in caplog.text


def test_the_loop_outlives_a_database_that_fails(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = post.start()
    hook = post.hook(receiver.address, "transcriptionCreation")
    claim = loop._outbox.claim
    failures = iter(range(5))

    def broken(*arguments: object) -> object:
        if next(failures, None) is not None:
            raise RuntimeError("away")
        return claim(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loop._outbox, "claim", broken)
    post.transcription()
    until(lambda: post.statuses(hook) == ["succeeded"])
    assert next(failures, None) is None
