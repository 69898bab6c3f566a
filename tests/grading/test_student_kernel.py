"""A student's kernel: honest work is answered, hostile work is bounded, and the rest goes on."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import psutil
import pytest

from course_lib.checks.plain import decode
from course_lib.errors import InvalidInputError
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.student_kernel import CellRun, Reply, StudentKernel
from course_lib.networks import FullyConnected, OneNeuronResNet

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only")

# Generous where a busy machine must not decide, tight where a test waits for the limit.
LIMITS = Limits(cell_seconds=20, call_seconds=10, wall_seconds=600)
SHORT = Limits(cell_seconds=3, call_seconds=3, wall_seconds=600)
STOPPED = ("timeout", "unheard")


@pytest.fixture(scope="module")
def kernel() -> Iterator[StudentKernel]:
    """One kernel for all that does it no harm."""
    with StudentKernel(LIMITS) as kernel:
        yield kernel


def ran(kernel: StudentKernel, source: str) -> CellRun:
    return kernel.run(textwrap.dedent(source).strip())


def value(reply: Reply) -> Any:
    assert set(reply) == {"value"}, reply
    return decode(reply["value"])


def processes_of(marker: str) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(marker in word for word in process.info["cmdline"] or [])
    ]


# Honest cells


def test_a_cell_runs_with_outputs_in_order(kernel: StudentKernel) -> None:
    run = ran(
        kernel,
        """
        import sys
        print("out"); print("more"); print("err", file=sys.stderr)
        %matplotlib inline
        import matplotlib.pyplot as plt
        plt.plot([1, 2]); plt.show()
        1 + 1
        """,
    )
    assert (run.status, run.error) == ("ok", "")
    *streams, picture, value = run.outputs
    kinds = [output["output_type"] for output in run.outputs]
    assert kinds == [*["stream"] * len(streams), "display_data", "execute_result"]
    said = {"stdout": "", "stderr": ""}
    for stream in streams:  # a kernel sends each stream in order; which comes first is open
        said[stream["name"]] += stream["text"]
    assert said == {"stdout": "out\nmore\n", "stderr": "err\n"}
    assert picture["data"]["image/png"].startswith("iVBOR")
    assert value["data"] == {"text/plain": "2"}


def test_an_error_is_told_and_the_next_cell_runs(kernel: StudentKernel) -> None:
    run = kernel.run("1 / 0")
    assert (run.status, run.error) == ("error", "ZeroDivisionError: division by zero")
    assert run.outputs[0]["output_type"] == "error"
    assert kernel.run("this is no python").status == "error"
    assert kernel.run("pass") == CellRun("ok", [], "")


def test_input_is_refused_at_once(kernel: StudentKernel) -> None:
    before = time.monotonic()
    run = kernel.run("name = input('? ')")
    assert run.status == "error"
    assert "StdinNotImplementedError" in run.error
    assert time.monotonic() - before < LIMITS.cell_seconds


def test_exit_ends_a_cell_like_any_other(kernel: StudentKernel) -> None:
    kernel.run("kept = 1\nexit()\nquit\nafter = 2")
    time.sleep(0.3)
    assert kernel.alive()
    assert [value(kernel.ask(name, None)) for name in ("kept", "after")] == [1, 2]


def test_await_works_at_top_level(kernel: StudentKernel) -> None:
    assert kernel.run("import asyncio\nawait asyncio.sleep(0)").status == "ok"


def test_processes_and_shared_memory_of_a_students_own_work(kernel: StudentKernel) -> None:
    run = ran(
        kernel,
        """
        import multiprocessing as mp
        from multiprocessing.shared_memory import SharedMemory
        def said(x):
            print("child", x)
            return 2 * x
        with mp.Pool(2) as pool:
            doubled = pool.map(said, [1, 2])
        queue = mp.Queue()
        process = mp.Process(target=queue.put, args=(mp.Value("i", 3).value,))
        process.start(); got = queue.get(timeout=30); process.join()
        memory = SharedMemory(create=True, size=10); memory.buf[0] = 7
        byte = memory.buf[0]; memory.close(); memory.unlink()
        """,
    )
    assert (run.status, run.error) == ("ok", "")
    assert "".join(output["text"] for output in run.outputs).count("child") == 2
    assert [value(kernel.ask(name, None)) for name in ("doubled", "got", "byte")] == [[2, 4], 3, 7]
    # What would be memory that nobody counts says so.
    refused = kernel.run("import mmap; mmap.mmap(-1, 4096)")
    assert refused.error == "PermissionError: [Errno 1] Operation not permitted"


# Questions


def test_functions_are_called_with_plain_data(kernel: StudentKernel) -> None:
    kernel.run("def twice(x, y=0):\n    print('noise')\n    return 2 * x + y")
    assert value(kernel.ask("twice", [3])) == 6
    assert np.array_equal(value(kernel.ask("twice", [np.arange(3.0), 1])), [1.0, 3.0, 5.0])
    assert value(kernel.ask("twice", ["a'\"\\\n", ""])) == "a'\"\\\n" * 2
    assert kernel.run("pass").outputs == []  # the noise went nowhere


def test_variables_are_fetched(kernel: StudentKernel) -> None:
    kernel.run("width = (2, float('inf'))")
    assert value(kernel.ask("width", None)) == (2, math.inf)


def test_a_missing_name_is_missing(kernel: StudentKernel) -> None:
    assert kernel.ask("nowhere", []) == {"missing": "nowhere"}
    with pytest.raises(InvalidInputError):
        kernel.ask("a; b", [])


def test_an_error_comes_with_the_students_line(kernel: StudentKernel) -> None:
    ran(
        kernel,
        """
        import numpy as np
        def helper(x):
            return np.ones(2) @ np.ones(x)  # here

        def fails(x):
            return helper(x)
        def todo(x):
            raise NotImplementedError
        def leaves(x):
            raise SystemExit(3)
        def odd(x):
            class Odd(Exception):
                def __str__(self): raise ValueError
            raise Odd
        def long(x):
            raise ValueError("x" * 10**6)
        """,
    )
    error = kernel.ask("fails", [3])["error"]
    assert error["kind"] == "ValueError"
    assert error["line"] == "return np.ones(2) @ np.ones(x)  # here"
    assert error["lineno"] == 3
    assert kernel.ask("todo", [1])["error"]["kind"] == "NotImplementedError"
    assert kernel.ask("leaves", [1])["error"]["kind"] == "SystemExit"
    assert kernel.ask("odd", [1])["error"]["kind"] == "Odd"
    assert len(kernel.ask("long", [1])["error"]["message"]) == 500
    assert kernel.ask("fails", [3, 4, 5])["error"]["kind"] == "TypeError"


def test_what_is_no_plain_data_is_an_error(kernel: StudentKernel) -> None:
    kernel.run("def f():\n    return open\ndef g():\n    class S(str): pass\n    return [S('x')]")
    assert kernel.ask("f", [])["error"]["kind"] == "PlainDataError"
    assert "value" not in kernel.ask("g", []) or value(kernel.ask("g", [])) == ["x"]


def test_what_comes_from_torch_is_read_where_it_was_made(kernel: StudentKernel) -> None:
    pytest.importorskip("torch")
    run = ran(
        kernel,
        """
        import torch
        from torch import nn

        def tensors():
            return [torch.arange(3.0, requires_grad=True), torch.ones(2, dtype=torch.bfloat16)]
        def module():
            layers = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1))
            for parameter in layers.parameters():
                nn.init.constant_(parameter, 2.0)
            return {"net": layers}
        def back(net):
            return net.to_torch()
        def not_read():
            return nn.Sequential(nn.Linear(2, 1), nn.Tanh())
        """,
    )
    assert run.error == ""
    tensors = value(kernel.ask("tensors", []))
    assert [tensor.tolist() for tensor in tensors] == [[0.0, 1.0, 2.0], [1.0, 1.0]]
    made = FullyConnected.from_layers([([[2.0, 2.0]], [2.0]), ([2.0], 2.0)])
    assert value(kernel.ask("module", [])) == {"net": made}
    for net in (FullyConnected.random(2, (3,), seed=0), OneNeuronResNet.random(2, 3, seed=0)):
        assert value(kernel.ask("back", [net])) == net
    error = kernel.ask("not_read", [])["error"]
    assert error["kind"] == "PlainDataError"
    assert "Layer '1'" in error["message"]


def test_a_kernel_without_torch_returns_all_that_is_plain() -> None:
    with StudentKernel(LIMITS) as kernel:
        ran(
            kernel,
            """
            import sys
            sys.modules["torch"] = None  # as where it is not installed
            def same(value):
                return value
            """,
        )
        net = OneNeuronResNet.random(2, 3, seed=0)
        given = (net, {"a": [1, 0.5, None, "b"]}, FullyConnected.random(2, (3,), seed=0))
        assert value(kernel.ask("same", [given])) == given
        assert np.array_equal(value(kernel.ask("same", [np.eye(2)])), np.eye(2))
        assert kernel.run("import torch").status == "error"


def test_a_huge_answer_is_refused_and_the_next_is_heard(kernel: StudentKernel) -> None:
    kernel.run("def huge():\n    return ['x' * 15_000_000, 'y' * 15_000_000]\ndef one(): return 1")
    assert set(kernel.ask("huge", [])) <= {"malformed", "error"}
    assert value(kernel.ask("one", [])) == 1


def test_a_slow_call_is_stopped_and_the_next_is_heard(kernel: StudentKernel) -> None:
    kernel.run("import time\ndef slow():\n    while True: time.sleep(0.1)\ndef one(): return 1")
    before = time.monotonic()
    assert set(kernel.ask("slow", [], seconds=0.3)) == {
        "unheard"
    }  # it sleeps more than it computes
    assert time.monotonic() - before < 10
    assert value(kernel.ask("one", [])) == 1


def test_a_flood_of_output_is_cut_and_costs_no_more_time(kernel: StudentKernel) -> None:
    run = ran(
        kernel,
        """
        from IPython.display import display
        for i in range(3000):
            print("x" * 10_000)
            display({"text/plain": "y" * 10_000, "application/javascript": "z"}, raw=True)
        """,
    )
    assert run.status == "ok"
    assert len(run.outputs) <= LIMITS.outputs_per_cell + 1
    assert sum(len(str(output)) for output in run.outputs) < LIMITS.notebook_output_bytes
    assert "left out" in run.outputs[-1]["text"]
    assert "javascript" not in str(run.outputs)


# Hostile cells; each of these kernels is spoilt


GARBAGE = [  # as expressions, since a cell of many megabytes is slow
    r"b'\xff\xfe\x00'",
    "b'[' * 100_000",
    "b'[' + b'[],' * 2_000_000 + b'[]]'",
    "b'{}'",
    "answer(7)[:-2]",
    "answer([7])",
    "answer({'value': 5})",
    "answer({'value': '1', 'missing': 'x'})",
    "b'{\"user_expressions\": 7}'",
    "b'x' * 17_000_000",
]
FORGED_ERROR = "answer({'error': {'kind': [], 'message': {}, 'line': chr(0xD800), 'lineno': True}})"


def test_forged_messages_are_answers_of_the_right_shape() -> None:
    with StudentKernel(SHORT) as kernel:
        run = ran(
            kernel,
            f"""
            import json
            def answer(content):
                data = {{"data": {{"application/vnd.course.answer+json": content}}}}
                return json.dumps({{"user_expressions": {{"answer": data}}}}).encode()
            forged = [b"{{}}", {", ".join([*GARBAGE, FORGED_ERROR])}]
            session = get_ipython().kernel.session
            real_serialize = session.serialize
            def serialize(msg, ident=None):
                frames = real_serialize(msg, ident)
                if msg["msg_type"] == "execute_reply" and forged and armed:
                    frames[-1] = forged.pop(0)
                return frames
            armed = False
            def one(): return 1
            session.serialize = serialize
            """,
        )
        assert run.status == "ok", run
        assert kernel.run("armed = True").status == "error"  # a status that lies
        for garbage in GARBAGE:
            reply = kernel.ask("one", [])
            assert set(reply) == {"malformed"}, (garbage, reply)
        expected = {"kind": "Error", "message": "", "line": "?", "lineno": 0}
        assert kernel.ask("one", []) == {"error": expected}
        assert value(kernel.ask("one", [])) == 1

        # an end that never comes, and a flood in another's name
        run = ran(
            kernel,
            """
            import threading, time
            def serialize(msg, ident=None):
                if msg["msg_type"] == "status":
                    msg["content"] = {"execution_state": ["idle"]}
                return real_serialize(msg, ident)
            session.serialize = serialize
            def flood():
                socket = get_ipython().kernel.iopub_socket
                for i in range(10**9):
                    session.send(socket, "stream", {"name": "stdout", "text": "x" * 10_000},
                                 parent={"msg_id": "another"})
            threading.Thread(target=flood, daemon=True).start()
            print("still here")
            """,
        )
        assert run.status == "ok"
        before = time.monotonic()
        assert set(kernel.ask("one", [])) <= {"value", "timeout", "unheard"}
        assert time.monotonic() - before < 30

        # a kernel that never replies is replaced
        assert kernel.run("session.serialize = lambda *_: [b'junk']").status in STOPPED
        assert set(kernel.ask("one", [])) <= {"value", "timeout", "unheard"}


def test_patched_builtins_and_json_only_hurt_the_student() -> None:
    with StudentKernel(SHORT) as kernel:
        kernel.run("def one(): return 1")
        run = ran(
            kernel,
            """
            import builtins, json
            import course_lib.grading.kernel.in_the_sandbox as inside
            json.dumps = json.loads = lambda *a, **k: "[]"
            inside.encode = lambda value: "not json"
            builtins.isinstance = lambda *a: True
            builtins.len = lambda *a: 10**9
            """,
        )
        assert run.status in ("ok", "error", "dead", *STOPPED)
        reply = kernel.ask("one", [])
        assert len(reply) == 1
        assert set(reply) <= {
            "value",
            "error",
            "missing",
            "timeout",
            "unheard",
            "dead",
            "malformed",
        }


def test_what_hangs_or_kills_the_kernel_costs_its_own_points_only() -> None:
    with StudentKernel(SHORT) as kernel:
        kernel.run("def one(): return 1")
        kernel.run("1 / 0")
        kernel.run("two = 2")

        before = time.monotonic()
        run = kernel.run("while True: pass")  # heeds the interrupt: no new kernel
        assert run.status == "timeout"
        assert time.monotonic() - before < 15
        assert value(kernel.ask("two", None)) == 2

        deaf = """
            import signal
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            print("deaf")
            while True: pass
            """
        run = ran(kernel, deaf)
        assert run.status == "timeout"
        assert run.outputs[0]["text"] == "deaf\n"
        assert not kernel.alive()
        assert value(kernel.ask("one", [])) == 1  # first replay

        kernel.run("three = 3")
        run = kernel.run("import os\nos._exit(0)")
        assert run.status == "dead"
        assert value(kernel.ask("three", None)) == 3  # second replay
        assert value(kernel.ask("two", None)) == 2

        kernel.run("def dies():\n    os.kill(os.getpid(), 11)")
        assert kernel.run("import os").status == "ok"
        for _ in range(2):
            assert set(kernel.ask("dies", [])) == {"dead"}
            assert not kernel.alive()
            assert value(kernel.ask("one", [])) == 1  # and as many more as there are deaths
        assert kernel.run("pass").status == "ok"
        assert kernel.used_up == ""


def test_too_much_memory_is_said_and_survived() -> None:
    limits = Limits(memory_bytes=900 * 2**20, call_seconds=20, wall_seconds=600)
    with StudentKernel(limits) as kernel:
        kernel.run("def one(): return 1")
        run = kernel.run("hoard = []\nwhile True: hoard.append(bytearray(50 * 2**20))")
        assert run.status == "dead"
        assert "MiB of memory" in run.error
        assert value(kernel.ask("one", [])) == 1

        # when the submission's time is over, nothing is waited for
        kernel._end = time.monotonic()
        before = time.monotonic()
        assert kernel.run("pass").status == "unheard"
        assert set(kernel.ask("one", [])) == {"unheard"}
        assert "by the clock" in kernel.used_up
        assert time.monotonic() - before < 2
        assert not kernel.alive()


def test_killing_the_grader_leaves_no_kernel() -> None:
    marker = uuid.uuid4().hex
    grader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import time
                from course_lib.grading.kernel.limits import Limits
                from course_lib.grading.kernel.student_kernel import StudentKernel
                with StudentKernel(Limits()) as kernel:
                    child = "import time; time.sleep(99) # {marker}"
                    kernel.run(f"import subprocess as s; s.Popen(['python', '-c', {{child!r}}])")
                    print("up", flush=True)
                    time.sleep(99)
                """
            ),
        ],
        stdout=subprocess.PIPE,
    )
    assert grader.stdout is not None
    assert grader.stdout.readline() == b"up\n"
    below = psutil.Process(grader.pid).children(recursive=True)
    assert len(below) >= 3
    assert [pid for pid in processes_of(marker) if pid != grader.pid]
    os.kill(grader.pid, signal.SIGKILL)
    grader.wait()
    grader.stdout.close()  # reading on would wait for what should be gone
    assert not psutil.wait_procs(below, timeout=10)[1]
    assert processes_of(marker) == []


# The same without the sandbox


def test_a_trusted_kernel_does_the_same() -> None:
    with StudentKernel(SHORT, trusted=True) as kernel:
        assert ran(kernel, "import os\ndef one(): return 1\nprint(1)").outputs[0]["text"] == "1\n"
        pid = value(kernel.ask("_pid", None)) if kernel.run("_pid = os.getpid()") else 0
        assert psutil.pid_exists(pid)
        assert kernel.run("while True: pass").status == "timeout"
        assert value(kernel.ask("one", [])) == 1
        kernel.run("import subprocess; subprocess.Popen(['sleep', '99'])")
        assert len(psutil.Process(pid).children()) == 1
        family = [psutil.Process(pid), *psutil.Process(pid).children()]
    assert not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
