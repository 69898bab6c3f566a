"""The wire against a peer that is no kernel: silence, rubbish, giants and messages without end."""

from __future__ import annotations

import json
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.messages import Message, Wire, WireClosedError, bounded_json
from course_lib.grading.kernel.outputs import CellOutputs

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
Peer = Callable[[socket.socket], None]


def frame(content: bytes, *, more: bool = False) -> bytes:
    return bytes([more | 2]) + len(content).to_bytes(8, "big") + content


def jupyter(content: bytes, kind: str = "stream", parent: str = "me") -> bytes:
    header = json.dumps({"msg_type": kind}).encode()
    parts = [b"<IDS|MSG>", b"", header, json.dumps({"msg_id": parent}).encode(), b"{}"]
    return b"".join(frame(part, more=True) for part in parts) + frame(content)


@contextmanager
def connected(peer: Peer, tmp_path: Path, *, message_bytes: int = 10**6) -> Iterator[Wire]:
    """A wire to a peer that runs in a thread, after a proper greeting."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(GREETING)
                try:
                    peer(connection)
                    connection.recv(2**16)
                    time.sleep(0.2)
                except OSError:
                    return  # the wire has hung up

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        wire = Wire(path, "SUB", message_bytes=message_bytes, deadline=time.monotonic() + 5)
        try:
            yield wire
        finally:
            wire.close()
            thread.join(5)


def listen(wire: Wire, *, messages: int, seconds: float = 10) -> list[Message]:
    found: list[Message] = []
    deadline = time.monotonic() + seconds
    while len(found) < messages and time.monotonic() < deadline:
        try:
            found += wire.receive()
        except WireClosedError:
            break
        time.sleep(0.001)
    return found


def test_an_honest_message_arrives_in_pieces(tmp_path: Path) -> None:
    data = jupyter(b'{"text": "hi"}')

    def peer(connection: socket.socket) -> None:
        for i in range(len(data)):
            connection.sendall(data[i : i + 1])

    with connected(peer, tmp_path) as wire:
        (message,) = listen(wire, messages=1)
    assert (message.kind, message.parent, message.content()) == ("stream", "me", {"text": "hi"})


def test_a_giant_is_dropped_and_the_next_message_arrives(tmp_path: Path) -> None:
    def peer(connection: socket.socket) -> None:
        connection.sendall(jupyter(b"x" * 3_000_000))
        connection.sendall(jupyter(b'{"n": 2}'))

    with connected(peer, tmp_path) as wire:
        giant, small = listen(wire, messages=2)
    assert (giant.kind, giant.parent, giant.content()) == ("stream", "me", None)
    assert small.content() == {"n": 2}


def test_a_message_without_end_takes_no_memory(tmp_path: Path) -> None:
    def peer(connection: socket.socket) -> None:
        part = frame(b"x" * 10**6, more=True)
        for _ in range(60):
            connection.sendall(part)
        connection.sendall(frame(b"", more=True) * 10**5 + frame(b""))
        connection.sendall(jupyter(b'{"n": 3}'))

    tracemalloc.start()
    try:
        with connected(peer, tmp_path) as wire:
            found = listen(wire, messages=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found[-1].content() == {"n": 3}
    assert peak < 10 * 10**6


RUBBISH = {
    "no delimiter": frame(b"hello"),
    "no header": frame(b"<IDS|MSG>"),
    "header is no JSON": b"".join(
        frame(part, more=more)
        for part, more in [(b"<IDS|MSG>", 1), (b"", 1), (b"\xff", 1), (b"", 0)]
    ),
    "header is a list": jupyter(b"{}").replace(
        b'{"msg_type": "stream"}', b'["msg_type", "stream"]'
    ),
    "type is a number": jupyter(b"{}").replace(b'"stream"', b"12345678"),
    "a command": b"\x04\x05\x04PING",
    "a large command": b"\x06" + (50_000).to_bytes(8, "big") + bytes(50_000),
}


@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish_is_passed_over(kind: str, tmp_path: Path) -> None:
    def peer(connection: socket.socket) -> None:
        connection.sendall(RUBBISH[kind] + jupyter(b'{"n": 4}'))

    with connected(peer, tmp_path) as wire:
        found = listen(wire, messages=1)
    assert [message.content() for message in found] == [{"n": 4}]


def padded(part: str, size: int) -> bytes:
    """A message whose header or parent has so many bytes."""
    plain = {"header": b'{"msg_type": "stream"', "parent": b'{"msg_id": "me"'}[part]
    long = plain + b', "x": "' + b"x" * (size - len(plain) - 10) + b'"}'
    parts = [b"<IDS|MSG>", b"", b'{"msg_type": "stream"}', b'{"msg_id": "me"}', b"{}"]
    parts[2 if part == "header" else 3] = long
    assert len(long) == size
    return b"".join(frame(one, more=True) for one in parts) + frame(b"{}")


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (frame(b"", more=True) * 58 + jupyter(b"{}"), frame(b"", more=True) * 59 + jupyter(b"{}")),
        (padded("header", 10_000), padded("header", 10_001)),
        (padded("parent", 10_000), padded("parent", 10_001)),
    ],
    ids=["frames", "header", "parent"],
)
def test_what_is_within_a_cap_arrives_and_what_is_beyond_it_does_not(within, beyond, tmp_path):
    def peer(connection: socket.socket) -> None:
        connection.sendall(within + beyond + jupyter(b'{"n": 5}'))

    with connected(peer, tmp_path) as wire:
        found = [one.content() for one in listen(wire, messages=2)]
    assert found[0] == {}
    assert found[-1] == {"n": 5}
    assert {} not in found[1:]


def test_a_silent_peer_costs_no_more_than_the_deadline(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        before = time.monotonic()
        with pytest.raises(WireClosedError, match="no greeting"):
            Wire(path, "DEALER", message_bytes=100, deadline=before + 0.3)
        assert time.monotonic() - before < 5


def test_nobody_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WireClosedError, match="No kernel answers"):
        Wire(str(tmp_path / "s"), "SUB", message_bytes=100, deadline=time.monotonic() + 1)


def test_json_does_not_blow_up() -> None:
    lists = b"[" + b"[]," * 10**6 + b"[]]"
    assert json.loads(lists)  # it is valid
    assert bounded_json(lists) is None
    assert bounded_json(b'{"a": "' + b"[]," * 10**6 + b'"}') is not None  # text may have commas
    assert bounded_json(b"[" * 200_000 + b"]" * 200_000) is None
    assert bounded_json(b"9" * 5000) is None
    before = time.monotonic()
    bounded_json(b'{"a": "' + b'\\"' * 8_000_000 + b'"}')
    assert time.monotonic() - before < 20


# Outputs, which arrive over the wire


def outputs_of(*messages: tuple[str, object], limits: Limits | None = None) -> CellOutputs:
    outputs = CellOutputs(limits or Limits(), 10**6)
    for kind, content in messages:
        if outputs.wants(kind):
            outputs.add(kind, content)  # type: ignore[arg-type]
    return outputs


def test_streams_are_joined_and_cut() -> None:
    text = {"name": "stdout", "text": "x" * 60}
    outputs = outputs_of(*[("stream", text)] * 3, limits=Limits(text_bytes=100)).finished()
    assert outputs[0] == {"output_type": "stream", "name": "stdout", "text": "x" * 100}
    assert "too long" in outputs[1]["text"]
    assert len(outputs) == 2


def test_too_many_outputs_are_cut_with_a_line_that_says_so() -> None:
    display = {"data": {"text/plain": "x"}}
    outputs = outputs_of(*[("display_data", display)] * 9, limits=Limits(outputs_per_cell=5))
    assert not outputs.wants("display_data")  # a flood is no longer decoded
    *kept, last = outputs.finished()
    assert len(kept) == 5
    assert "left out" in last["text"]


def test_the_notebook_budget_holds() -> None:
    outputs = CellOutputs(Limits(), 150)
    for _ in range(3):
        outputs.add("execute_result", {"data": {"text/html": "x" * 100}, "execution_count": 1})
    assert outputs.spent == 150
    assert len(json.dumps(outputs.finished())) < 1000


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": ["stdout"], "text": 5}),
        ("stream", {}),
        ("display_data", {"data": "no dict"}),
        ("display_data", {"data": {"application/javascript": "alert(1)", "text/plain": 7}}),
        ("execute_result", {"data": {"image/png": "<script>"}, "execution_count": "1"}),
        ("execute_result", {"data": {"text/plain": "1"}, "execution_count": 10**30}),
        ("error", {"ename": None, "evalue": {}, "traceback": "text"}),
        ("error", {"ename": "E" * 10**6, "evalue": "v" * 10**6, "traceback": ["x" * 10**6] * 300}),
        ("clear_output", {"wait": "maybe"}),
        ("comm_open", {"data": {}}),
        ("display_data", None),
    ],
)
def test_forged_outputs_become_valid_ones_or_none(kind: str, content: object) -> None:
    import nbformat

    outputs = outputs_of((kind, content)).finished()
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(o) for o in outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    text = json.dumps(outputs)
    assert len(text) < 250_000
    assert "script" not in text


def test_clearing_leaves_only_what_comes_after() -> None:
    messages = [("stream", {"name": "stdout", "text": f"{i}"}) for i in range(3)]
    messages.insert(2, ("clear_output", {"wait": True}))  # type: ignore[arg-type]
    assert [o["text"] for o in outputs_of(*messages).finished()] == ["2"]
