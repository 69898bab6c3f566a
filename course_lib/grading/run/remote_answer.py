"""A student's function as the tests see it: a name that can be asked, in another process."""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import Any

from course_lib.checks.answer import Answer, FailedError, NotAttemptedError, describe_failure
from course_lib.checks.plain import PlainDataError, decode, encode

__all__ = ["RemoteAnswer", "read_reply"]


class RemoteAnswer(Answer):
    """Asks the process that holds the student's kernel to call a function there.

    Args:
        name: the function's name; it comes from the lecturer's stub.
        connection: leads to :mod:`course_lib.grading.run.one_submission`.
    """

    def __init__(self, name: str, connection: Connection) -> None:
        self._name, self._connection = name, connection

    def __call__(self, *args: Any) -> Any:
        """Call the student's function with plain data.

        Raises:
            NotAttemptedError: the stub is still there, or nothing has the name.
            FailedError: no plain data came back.
        """
        question = {"call": self._name, "args": encode(list(args))}
        self._connection.send_bytes(json.dumps(question).encode())
        return read_reply(json.loads(self._connection.recv_bytes()))


def read_reply(reply: dict[str, Any]) -> Any:
    """The value in a reply of the student's kernel.

    Raises:
        NotAttemptedError, FailedError: as above.
    """
    if "value" in reply:
        try:
            return decode(reply["value"])
        except PlainDataError as error:
            raise FailedError(f"Your function returned something else. {error}") from None
    if "stub" in reply:
        raise NotAttemptedError("Its cell is still as it was handed out.")
    if "missing" in reply:
        raise NotAttemptedError("Nothing of this name is defined. Does its cell run?")
    if "error" in reply:
        raise _failure(reply["error"])
    if "timeout" in reply:
        raise FailedError(f"Your function takes too long. {reply['timeout']}")
    if "unheard" in reply:
        raise FailedError(f"No answer came, so a person looks at this task. {reply['unheard']}")
    if "dead" in reply:
        raise FailedError("Your code ended its own process.")
    raise FailedError("Your function sent back something that can't be read.")


def _failure(error: dict[str, Any]) -> Exception:
    kind, message = str(error.get("kind", "an error")), str(error.get("message", ""))
    if kind == "NotImplementedError":
        return NotAttemptedError()
    text, number = error.get("line"), error.get("lineno")
    line = (text, number) if isinstance(text, str) and isinstance(number, int) else None
    return FailedError(describe_failure(kind, message, line))
