"""Talk to a kernel that may be hostile: ZMTP and Jupyter messages with every byte counted.

libzmq counts messages, not their parts: a message whose parts never end grows in the reader's
memory without bound, and one part over the limit ends the connection, with an honest student's next
outputs. ZeroMQ's wire protocol is small (https://rfc.zeromq.org/spec/23/), so this side speaks it
itself. It never waits beyond a deadline, drops what is too large and reads on.
"""

from __future__ import annotations

import json
import re
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Message", "TooLateError", "Wire", "WireClosedError", "bounded_json"]

_CHUNK = 2**18
_MOST_FRAMES = 64
_MORE, _LONG, _COMMAND = 1, 2, 4
_GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
_DELIMITER = b"<IDS|MSG>"
_LARGEST_HEADER = 10_000
_MOST_PARTS_OF_JSON = 100_000
_JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"')


class WireClosedError(Exception):
    """The other side hung up, or said something that is not ZMTP."""


class TooLateError(Exception):
    """The deadline passed before everything was sent."""


@dataclass(frozen=True)
class Message:
    """One Jupyter message as it claims to be: any field may be forged.

    `frame` is the content, still as JSON text; None if the message was too large.
    """

    kind: str
    parent: str
    frame: bytes | None

    def content(self) -> dict[str, Any] | None:
        """The content; None if it was too large or is not a JSON object."""
        content = None if self.frame is None else bounded_json(self.frame)
        return content if isinstance(content, dict) else None


def bounded_json(text: bytes) -> Any:
    """Read JSON whose objects are not much larger than its text; None for anything else.

    >>> bounded_json(b'{"a": [1, 2]}'), bounded_json(b"[" * 10**6), bounded_json(bytes([255]))
    ({'a': [1, 2]}, None, None)
    """
    # 16 MB of "[],[],…" would become half a gigabyte of lists; text within strings stays small.
    if len(text) > _MOST_PARTS_OF_JSON:
        bare = _JSON_STRING.sub(b"", text)
        if sum(map(bare.count, (b"[", b"{", b","))) > _MOST_PARTS_OF_JSON:
            return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass
class _Incoming:
    """The message that is being received."""

    frames: list[bytes] = field(default_factory=list)
    size: int = 0
    too_large: bool = False


class Wire:
    """One connection to one socket of a kernel.

    Args:
        address: path of a Unix socket, or (host, port).
        kind: DEALER for requests and replies, SUB for everything that the kernel publishes.
        message_bytes: what is kept of one message; a larger one arrives without content.
        deadline: of the handshake, by `time.monotonic`.

    Raises:
        WireClosedError: if nobody listens, or what listens is no ZeroMQ.
    """

    def __init__(
        self, address: str | tuple[str, int], kind: str, *, message_bytes: int, deadline: float
    ) -> None:
        self._message_bytes = message_bytes
        self._buffer = bytearray()
        self._skip = 0  # bytes of an oversized frame still to come
        self._skipped_flags = 0
        self._incoming = _Incoming()
        unix = isinstance(address, str)
        self._socket = socket.socket(
            getattr(socket, "AF_UNIX", 0) if unix else socket.AF_INET, socket.SOCK_STREAM
        )
        try:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            self._socket.connect(address)
            self._socket.setblocking(False)
            ready = b"\x05READY" + _property(b"Socket-Type", kind.encode())
            self._send(_GREETING, deadline)
            self._skip_greeting(deadline)
            self._send(bytes([_COMMAND, len(ready)]) + ready, deadline)
            if kind == "SUB":
                self._send(
                    b"\x00\x01\x01", deadline
                )  # a message: 1, for "subscribe", to everything
        except (OSError, TooLateError) as error:
            self._socket.close()
            raise WireClosedError(f"No kernel answers at {address}: {error}") from error

    def _skip_greeting(self, deadline: float) -> None:
        while len(self._buffer) < len(_GREETING):
            if not select.select([self._socket], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TooLateError("no greeting")
            self._fill()
        if self._buffer[0] != 0xFF or self._buffer[10] < 3:
            raise WireClosedError("The other side speaks no ZMTP 3.")
        del self._buffer[: len(_GREETING)]

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def send(self, frames: list[bytes], deadline: float) -> None:
        """Send one message.

        Raises:
            WireClosedError: if the other side is gone.
            TooLateError: if it does not take the message in time; the connection is then useless.
        """
        data = bytearray()
        for i, frame in enumerate(frames):
            more = _MORE if i < len(frames) - 1 else 0
            if len(frame) < 256:
                data += bytes([more, len(frame)])
            else:
                data += bytes([more | _LONG]) + len(frame).to_bytes(8, "big")
            data += frame
        self._send(data, deadline)

    def _send(self, data: bytes | bytearray, deadline: float) -> None:
        view = memoryview(data)
        while view:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([], [self._socket], [], left)[1]:
                raise TooLateError("the kernel takes no message")
            try:
                view = view[self._socket.send(view[:_CHUNK]) :]
            except OSError as error:
                raise WireClosedError(str(error)) from error

    def receive(self) -> Iterator[Message]:
        """The messages that one read completes; never waits, never reads more than 256 KiB.

        Raises:
            WireClosedError: if the other side has hung up.
        """
        self._fill()
        for frames, too_large in self._complete():
            message = _as_jupyter(frames, too_large)
            if message is not None:
                yield message

    def _fill(self) -> None:
        try:
            chunk = self._socket.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            raise WireClosedError(str(error)) from error
        if not chunk:
            raise WireClosedError("the connection ended")
        self._buffer += chunk

    def _complete(self) -> Iterator[tuple[list[bytes], bool]]:
        while self._buffer:
            if self._skip:
                gone = min(self._skip, len(self._buffer))
                del self._buffer[:gone]
                self._skip -= gone
                if not self._skip:
                    yield from self._end_of_frame(self._skipped_flags, None)
                continue
            flags = self._buffer[0]
            head = 9 if flags & _LONG else 2
            if len(self._buffer) < head:
                return
            size = int.from_bytes(self._buffer[1:head], "big")
            if size > self._room(flags):
                del self._buffer[:head]
                self._skip, self._skipped_flags = size, flags
                continue
            if len(self._buffer) < head + size:
                return
            frame = bytes(self._buffer[head : head + size])
            del self._buffer[: head + size]
            yield from self._end_of_frame(flags, frame)

    def _room(self, flags: int) -> int:
        """How large the next frame may be to be kept."""
        if flags & _COMMAND:
            return 0 if self._incoming.too_large else 1000
        full = self._incoming.too_large or len(self._incoming.frames) >= _MOST_FRAMES
        return 0 if full else self._message_bytes - self._incoming.size

    def _end_of_frame(self, flags: int, frame: bytes | None) -> Iterator[tuple[list[bytes], bool]]:
        if flags & _COMMAND:  # READY and heartbeats
            return
        message = self._incoming
        if frame is None or len(message.frames) >= _MOST_FRAMES:
            message.too_large = True
        elif not message.too_large:
            message.frames.append(frame)
            message.size += len(frame)
        if not flags & _MORE:
            self._incoming = _Incoming()
            yield message.frames, message.too_large


def _property(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value


def _as_jupyter(frames: list[bytes], too_large: bool) -> Message | None:
    """A Jupyter message, or None for what is none.

    The signature is not checked: whoever can send anything here also knows the key.
    """
    if _DELIMITER not in frames:
        return None
    parts = frames[frames.index(_DELIMITER) + 1 :]  # signature, header, parent, metadata, content
    if len(parts) < 3 or len(parts[1]) > _LARGEST_HEADER or len(parts[2]) > _LARGEST_HEADER:
        return None
    header, parent = bounded_json(parts[1]), bounded_json(parts[2])
    if not isinstance(header, dict) or not isinstance(parent, dict):
        return None
    kind, parent_id = header.get("msg_type"), parent.get("msg_id")
    if not isinstance(kind, str) or not isinstance(parent_id, str):
        return None
    return Message(kind, parent_id, None if too_large or len(parts) < 5 else parts[4])
