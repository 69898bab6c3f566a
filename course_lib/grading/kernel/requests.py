"""Requests to a hostile kernel and their replies: bounded in time, size and shape.

Every message may be forged, too large, too many or missing.
"""

from __future__ import annotations

import math
import select
import time
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from jupyter_client.session import Session

from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.messages import Message, TooLateError, Wire, WireClosedError
from course_lib.grading.kernel.outputs import CellOutputs, bounded_text
from course_lib.grading.kernel.processes import KernelDeadError, SandboxedKernel, TrustedKernel

__all__ = ["INSIDE", "LONGEST_TEXT", "Conversation", "Reply", "TimeUpError", "Until"]

INSIDE = "__import__('course_lib.grading.kernel.in_the_sandbox', fromlist=['call'])"
LONGEST_TEXT = 500  # of a message or a line in an answer
_MIME = "application/vnd.course.answer+json"  # in_the_sandbox's; only a kernel can import that
_INTERRUPT_SECONDS = 2.0
_LOOK_SECONDS = 0.2
_IDLE_SECONDS = 3.0  # a flood may have pushed out the message that says a cell has ended

Reply: TypeAlias = dict[str, Any]
"""One of {"value": text}, {"error": {"kind", "message", "line", "lineno"}}, {"missing": name},
{"timeout": a sentence}, {"unheard": a sentence}, {"dead": reason}, {"malformed": reason}. The text
is whatever the student's side sent; decode it with `course_lib.checks.plain.decode`. "timeout" is
the call's own doing, "unheard" may not be."""


class TimeUpError(Exception):
    """The time for this cell or call is over.

    Args:
        computed: whether it was used for computing; else the clock on the wall ended it.
    """

    def __init__(self, *, computed: bool = False) -> None:
        super().__init__()
        self.computed = computed


@dataclass(frozen=True)
class Until:
    """When a request's time is over, whichever comes first.

    Args:
        clock: by `time.monotonic`.
        computed: by what the kernel's processes have computed, as `Conversation.computed` says.
    """

    clock: float
    computed: float = math.inf


class Conversation:
    """One kernel process and the three wires to it; kills the kernel when it stops to obey.

    Args:
        limits: what the kernel may use and send.
        trusted: without the sandbox.
        end: when the submission's time is over, by `time.monotonic`.

    Raises:
        KernelDeadError: if the kernel does not come up.
        SandboxUnavailableError: if the sandbox does not.
        TimeUpError: if there is not enough time left for it.
    """

    def __init__(self, limits: Limits, trusted: bool, end: float) -> None:
        left = max(0.001, end - time.monotonic())
        limits = replace(limits, start_seconds=min(limits.start_seconds, left))
        self._limits = limits
        self._died = ""
        self._computed = 0.0
        self.start_computed = 0.0  # what its start took, before the student's first word
        self._wires: dict[str, Wire] = {}
        self._process = (TrustedKernel if trusted else SandboxedKernel)(limits)
        info = self._process.info
        deadline = time.monotonic() + limits.start_seconds
        try:
            self._session = Session(
                key=info["key"], signature_scheme="hmac-sha256", packer="json", unpacker="json"
            )
            for channel, kind in (("shell", "DEALER"), ("control", "DEALER"), ("iopub", "SUB")):
                port = info[f"{channel}_port"]
                unix = info["transport"] == "ipc"
                self._wires[channel] = Wire(
                    f"{info['ip']}-{port}" if unix else (info["ip"], port),
                    kind,
                    message_bytes=limits.message_bytes,
                    deadline=deadline,
                )
            # Imports what later questions need: before the student's first word, on our time.
            ready = self.evaluate(f"{INSIDE}.ready()", Until(deadline))
            if ready != {"value": "ready"}:
                raise KernelDeadError(f"it could not prepare itself ({ready})")
            self.start_computed = self.computed()
        except WireClosedError as error:
            self.close()
            raise KernelDeadError(str(error)) from error
        except BaseException:
            self.close()
            raise

    def alive(self) -> bool:
        """Whether the kernel still runs and obeys."""
        return not self._died and self._process.alive()

    def why_dead(self) -> str:
        """What ended the kernel."""
        return self._died or self._process.reason() or "it ended by itself"

    def computed(self) -> float:
        """Seconds that the kernel and all that it started have computed; never decreases."""
        self._computed = max(self._computed, self._process.computed())
        return self._computed

    def close(self) -> None:
        """Hang up and kill the kernel; may be called twice."""
        for wire in self._wires.values():
            wire.close()
        self._process.close()

    def _die(self, why: str) -> None:
        # The watchdog's reason is better than its consequence.
        self._died = self._process.reason() or why
        self.close()

    def execute(self, source: str, until: Until, outputs: CellOutputs | None) -> dict[str, Any]:
        """Run a cell to its end; the content of the kernel's reply."""
        reply = self._converse({"code": source, "silent": False}, until, outputs)
        return reply.content() or {}

    def evaluate(self, expression: str, until: Until) -> Reply:
        """Evaluate a question of `inside` and check the shape of the answer."""
        request = {"code": "", "silent": True, "user_expressions": {"answer": expression}}
        reply = self._converse(request, until, None)
        if reply.frame is None:
            return {"malformed": f"the answer has more than {self._limits.message_bytes} bytes"}
        return _checked_answer(reply.content())

    def _converse(
        self, request: dict[str, Any], until: Until, outputs: CellOutputs | None
    ) -> Message:
        """Send a request and wait for its reply, and for the end of its outputs if they are wanted.

        Raises:
            TimeUpError: when its time is over; the kernel was then interrupted, or else killed.
            KernelDeadError: if the kernel ended.
        """
        content = {"store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self._session.msg(
            "execute_request", {**content, "stop_on_error": False, **request}
        )
        waiting = _Waiting(message["header"]["msg_id"], outputs)
        try:
            self._wires["shell"].send(self._session.serialize(message), until.clock)
            self._wait(waiting, until)
            if waiting.reply is None:
                computed = self.computed() >= until.computed
                self._interrupt(waiting)
                raise TimeUpError(computed=computed)
        except TooLateError as error:
            self._die("it took no more messages")
            raise TimeUpError(computed=self._computed >= until.computed) from error
        except WireClosedError as error:
            self._die("it ended while it was busy")
            raise KernelDeadError(self._died) from error
        return waiting.reply

    def _wait(self, waiting: _Waiting, until: Until) -> None:
        """Listen until all is there or the time is over; what arrives can't postpone that."""
        wires = list(self._wires.values())
        looked = time.monotonic()
        while (left := until.clock - time.monotonic()) > 0:
            if time.monotonic() > looked + _LOOK_SECONDS:  # it takes a few files of /proc
                looked = time.monotonic()
                if self.computed() >= until.computed:
                    return
            for wire in select.select(wires, [], [], min(left, 0.25))[0]:
                # One read is bounded, but what it completes may take a while to decode.
                for message in wire.receive():
                    waiting.take(message, from_shell=wire is self._wires["shell"])
            if waiting.complete():
                return
            if waiting.replied_at and time.monotonic() > waiting.replied_at + _IDLE_SECONDS:
                return
            if not self._process.alive():
                raise WireClosedError("the process ended")

    def _interrupt(self, waiting: _Waiting) -> None:
        deadline = time.monotonic() + _INTERRUPT_SECONDS
        if not self._process.signal_interrupt():
            request = self._session.msg("interrupt_request", {})
            self._wires["control"].send(self._session.serialize(request), deadline)
        self._wait(waiting, Until(deadline))
        if waiting.reply is None:
            self._die("it did not stop when its time was up")


class _Waiting:
    """What has arrived for one request."""

    def __init__(self, request: str, outputs: CellOutputs | None) -> None:
        self._request = request
        self._outputs = outputs
        self._idle = outputs is None
        self.reply: Message | None = None
        self.replied_at = 0.0

    def take(self, message: Message, *, from_shell: bool) -> None:
        if message.parent != self._request:
            return
        if from_shell:
            if message.kind == "execute_reply" and self.reply is None:
                self.reply = message
                self.replied_at = time.monotonic()
        elif self._outputs is not None and not self._idle:
            if message.kind == "status":
                self._idle = (message.content() or {}).get("execution_state") == "idle"
            elif self._outputs.wants(message.kind):
                self._outputs.add(message.kind, message.content())

    def complete(self) -> bool:
        return self.reply is not None and self._idle


def _checked_answer(content: dict[str, Any] | None) -> Reply:
    """The answer in an execute reply, rebuilt from what has the right type."""
    place: Any = content
    for key in ("user_expressions", "answer", "data", _MIME):
        if not isinstance(place, dict) or key not in place:
            return {"malformed": "the reply holds no answer" + _said_instead(place)}
        place = place[key]
    if isinstance(place, dict) and len(place) == 1:
        kind, what = next(iter(place.items()))
        if kind == "value" and isinstance(what, str):
            return {"value": what.encode("utf-8", "replace").decode()}
        if kind == "missing" and isinstance(what, str):
            return {"missing": bounded_text(what, LONGEST_TEXT)}
        if kind == "error" and isinstance(what, dict):
            lineno = what.get("lineno")
            return {
                "error": {
                    "kind": bounded_text(what.get("kind"), LONGEST_TEXT) or "Error",
                    "message": bounded_text(what.get("message"), LONGEST_TEXT),
                    "line": bounded_text(what.get("line"), LONGEST_TEXT),
                    "lineno": lineno if type(lineno) is int and 0 <= lineno < 10**6 else 0,
                }
            }
    return {"malformed": "the answer has another shape"}


def _said_instead(place: Any) -> str:
    if isinstance(place, dict) and isinstance(place.get("ename"), str):
        text = f"{place['ename']}: {bounded_text(place.get('evalue'), LONGEST_TEXT)}"
        return f" ({bounded_text(text, LONGEST_TEXT)})"
    return ""
