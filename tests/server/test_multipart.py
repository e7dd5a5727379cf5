import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriba.server.multipart import MAX_PARTS, BadForm, FormReader, Wanted

WANTED = {"audio": Wanted(1000, to_disk=True), "definition": Wanted(100)}
TYPE = 'multipart/form-data; boundary="a b"'

Make = Callable[..., FormReader]


def part(name: str, data: bytes, *headers: str) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{name}"', *headers]
    return b"--a b\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + data + b"\r\n"


def whole(reader: FormReader, body: bytes) -> None:
    reader.feed(body)
    reader.finish()


END = b"--a b--\r\n"


@pytest.fixture
def form(tmp_path: Path) -> Iterator[Make]:
    made: list[FormReader] = []

    def make(content_type: str = TYPE) -> FormReader:
        made.append(FormReader(content_type, WANTED, tmp_path / "incoming"))
        return made[-1]

    yield make
    for each in made:
        each.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    audio=st.binary(max_size=300),
    cuts=st.lists(st.integers(0, 900), max_size=12),
    first=st.booleans(),
)
def test_parts_come_whole_in_any_order_however_they_are_cut(
    tmp_path: Path, audio: bytes, cuts: list[int], first: bool
) -> None:
    parts = [part("definition", b"{}"), part("audio", audio, "Content-Type: audio/wav")]
    body = b"\r\n" + b"".join(parts if first else reversed(parts)) + END
    reader = FormReader(TYPE, WANTED, tmp_path)
    edges = [0, *sorted(cut for cut in cuts if cut < len(body)), len(body)]
    for start, end in itertools.pairwise(edges):
        reader.feed(body[start:end])
    found = reader.finish()
    assert found["audio"].read() == audio
    assert found["audio"].size == len(audio)
    assert found["definition"].read() == b"{}"
    reader.close()


def test_data_that_looks_like_the_boundary_is_data(form: Make) -> None:
    data = b"\r\n--a \r\n--a c\r\n-\r\n--"
    reader = form()
    for byte in part("audio", data) + END:
        reader.feed(bytes([byte]))
    assert reader.finish()["audio"].read() == data


def test_what_the_headers_say(form: Make) -> None:
    reader = form()
    reader.feed(
        b"--a b\r\ncontent-type: audio/wav\r\nCONTENT-DISPOSITION: form-data; "
        b'name="Audio"; filename="a/b.wav"\r\nContent-Transfer-Encoding: binary\r\n\r\nx\r\n'
    )
    reader.feed(b"--a b\r\nContent-Disposition: form-data; name=definition; filename=\r\n\r\n{}")
    reader.feed(b"\r\n" + END)
    found = reader.finish()
    assert (found["audio"].filename, found["audio"].content_type) == ("a/b.wav", "audio/wav")
    assert found["definition"].filename == ""


def test_other_parts_are_passed_over_whatever_their_size(form: Make) -> None:
    reader = form()
    reader.feed(part("else", b"x" * 5000) + part("audio", b"y") + part("", b"z") + END)
    assert list(reader.finish()) == ["audio"]


def test_nothing_of_a_file_is_in_the_folder_after_the_end(form: Make, tmp_path: Path) -> None:
    reader = form()
    reader.feed(part("audio", b"x" * 900))
    file = reader.parts["audio"].file
    reader.close()
    assert file.closed
    assert os.listdir(tmp_path / "incoming") == []
    reader.feed(part("audio", b"x"))  # late bytes are of no use, and no error either


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (part("audio", b"x" * 1001), "'audio' is larger than"),
        (part("definition", b"x" * 101), "'definition' is larger"),
        (part("audio", b"x") + part("audio", b"x"), "two parts named 'audio'"),
        (part("audio", b"x"), "last boundary"),
        (b"", "last boundary"),
        (b"no form at all", "not a well-formed form"),
        (b"--a b\r\n\r\nx\r\n", "Part 1 of the form has no header"),
        (b"--a b\r\nContent-Disposition: attachment; name=x\r\n\r\nx", "Part 1 of the form"),
        (part("audio", b"eA==", "Content-Transfer-Encoding: base64"), "transfer encoding 'base64'"),
        (part("x", b"") * (MAX_PARTS + 1), f"more than {MAX_PARTS} parts"),
        (part("x", b"", f"X: {'y' * 100_000}"), "not a well-formed form"),
        (part("x", b"", *(f"X-{i}: y" for i in range(1000))), "not a well-formed form"),
    ],
)
def test_bad_forms_are_refused(form: Make, body: bytes, why: str) -> None:
    with pytest.raises(BadForm, match=why):
        whole(form(), body)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("", 415),
        ("application/json", 415),
        ("multipart/mixed; boundary=x", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=" + "x" * 71, 400),
        (';;;;\x00\udcff="', 415),
    ],
)
def test_the_head_must_name_a_form(form: Make, content_type: str, status: int) -> None:
    with pytest.raises(BadForm) as error:
        form(content_type)
    assert error.value.status == status


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(body=st.binary(max_size=400), content_type=st.text(max_size=40))
def test_anything_else_is_a_bad_form(tmp_path: Path, body: bytes, content_type: str) -> None:
    for kind in (content_type, TYPE):
        try:
            reader = FormReader(kind, WANTED, tmp_path)
        except BadForm:
            continue
        try:
            reader.feed(b"--a b" + body)
            reader.finish()
        except BadForm:
            pass
        finally:
            reader.close()
