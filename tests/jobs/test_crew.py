import threading
from contextlib import ExitStack

import pytest

from scriba.jobs.crew import Crew

from .conftest import until


class Stop(Exception):
    pass


def _stop() -> None:
    raise Stop


def _go() -> None:
    """Nothing speaks against waiting on."""


def test_places_are_bounded() -> None:
    crew = Crew(2)
    with crew.place("a", _stop), crew.place("a", _stop):
        with pytest.raises(Stop), crew.place("a", _stop):
            raise AssertionError
        assert crew.working == 2
    assert crew.working == 0


def test_whoever_has_none_gets_a_place() -> None:
    crew = Crew(1)
    with crew.place("a", _stop), crew.place("b", _stop), crew.place("c", _stop):
        assert crew.working == 3
        with pytest.raises(Stop), crew.place("b", _stop):
            raise AssertionError


def test_a_second_resource_gets_its_share_as_places_come_free() -> None:
    crew = Crew(4)
    taken: list[str] = []
    end = threading.Event()

    def work(name: str) -> None:
        with crew.place(name, _go):
            taken.append(name)
            end.wait(30)

    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(crew.place("a", _stop))
        threads = [threading.Thread(target=work, args=(name,)) for name in "aabbb"]
        for thread in threads:
            thread.start()
        # One of b's at once, as it has none; no others, as all places are taken.
        until(lambda: taken == ["b"])
    # Of four places each has two now, though a third of b's waits.
    until(lambda: sorted(taken) == ["a", "a", "b", "b"])
    assert crew.working == 4
    end.set()
    for thread in threads:
        thread.join()
    assert len(taken) == 5


def test_a_place_is_given_back_after_an_error() -> None:
    crew = Crew(1)
    with pytest.raises(ValueError, match="broken"), crew.place("a", _stop):
        raise ValueError("broken")
    with crew.place("a", _stop):
        assert crew.working == 1
