"""Submissions that want points they did not earn, other people's data, or to stop the grader.

Each is a function from the students' notebook to what is handed in, with the points that it earns
honestly; ``quick`` ones are the sample that every test run grades.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from courses import DOUBLE, KINKS, WRONG, answered, cell, code_cell, first

NOTHING = {"double-check": 0.0, "kinks-check": 0.0, "proof": 0.0}
HONEST_DOUBLE = NOTHING | {"double-check": 3.0}
MARK = "a-mark-that-only-these-tests-use"  # in the command line of every process that is left


@dataclass(frozen=True)
class Hostile:
    """A submission, what it earns, and how it ends."""

    make: Callable[[dict[str, Any]], Any]
    points: dict[str, float]
    state: str = "graded"
    quick: bool = False


HOSTILE: dict[str, Hostile] = {}


def hostile(points=NOTHING, *, state="graded", quick=False):
    def keep(make):
        HOSTILE[make.__name__] = Hostile(make, points, state, quick)
        return make

    return keep


def attack(name, *cells, points=NOTHING, quick=False, double=WRONG[0], kinks=WRONG[1]):
    """A notebook whose first cells attack, with wrong answers below unless others are given."""

    def make(notebook):
        return first(answered(notebook, double=double, kinks=kinks), *cells)

    HOSTILE[name] = Hostile(make, points, quick=quick)


# For points: in the process of the tests, if there were one

attack("replaces the check", "check = lambda *args, **options: True", quick=True)
attack(
    "replaces the check in its module",
    "import course_lib.checks, course_lib.checks.tutor as t\n"
    "course_lib.checks.check = t.check = lambda *args, **options: True",
)
attack(
    "reports that always pass",
    "from course_lib.checks.report import Report\nReport.__bool__ = lambda self: True",
)
attack(
    "drops assertions from the syntax tree",
    "import ast\n"
    "class Drop(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Drop())",
    quick=True,
)
attack(
    "drops assertions from the text",
    "get_ipython().input_transformers_cleanup.append("
    "lambda lines: [line.replace('assert', 'True or') for line in lines])",
)
attack("optimises assertions away", "import sys\nsys.flags\n%env PYTHONOPTIMIZE=2")
attack(
    "answers equal to anything",
    "class Any(float):\n"
    "    __eq__ = __le__ = __ge__ = lambda self, other: True\n"
    "    __ne__ = lambda self, other: False\n"
    "    __hash__ = float.__hash__\n"
    "    __iter__ = lambda self: iter([2, 2])",
    double="def double(x):\n    return Any(1)",
    quick=True,
)
attack(
    "a list whose elements are equal to anything",
    "import numpy as np\n"
    "class Any(np.ndarray):\n"
    "    def __array_ufunc__(self, *args, **options): return True\n"
    "    __eq__ = lambda self, other: True",
    double="def double(x):\n    return np.zeros(2).view(Any)",
)
attack(
    "traces the frames",
    "import sys\n"
    "def trace(frame, event, value):\n"
    "    frame.f_globals['AssertionError'] = type('Quiet', (BaseException,), {})\n"
    "    return trace\n"
    "sys.settrace(trace)",
    quick=True,
)
attack("redefines AssertionError", "import builtins\nbuiltins.AssertionError = StopIteration")
attack(
    "patches numpy and fractions",
    "import numpy, fractions\n"
    "numpy.allclose = numpy.array_equal = lambda *args, **options: True\n"
    "fractions.Fraction.__eq__ = lambda self, other: True",
)
attack(
    "forges the kernel's replies",
    "kernel = get_ipython().kernel\n"
    "send = kernel.session.send\n"
    "def forged(stream, kind, content=None, *args, **options):\n"
    "    if isinstance(content, dict):\n"
    "        content['status'] = 'ok'\n"
    "        content['user_expressions'] = {'answer': {'status': 'ok', 'data': {\n"
    "            'application/vnd.course.answer+json': {'value': 'true'}}}}\n"
    "    return send(stream, kind, content, *args, **options)\n"
    "kernel.session.send = forged",
    quick=True,
)
attack(
    "forges the answers with a pickle",
    "import course_lib.grading.kernel.in_the_sandbox as inside\n"
    "class Forged:\n"
    "    def _repr_mimebundle_(self, **options):\n"
    "        value = {'__reduce__': ['os.system', 'true']}\n"
    "        return {'application/vnd.course.answer+json': {'value': value}}\n"
    "inside.call = inside.value = lambda *args: Forged()",
)
attack(
    "says that it passed",
    "import course_lib.grading.kernel.in_the_sandbox as inside\n"
    "class Forged:\n"
    "    def _repr_mimebundle_(self, **options):\n"
    "        return {'application/vnd.course.answer+json':\n"
    "                {'outcome': {'id': 'double-check', 'hidden': False, 'passed': True},\n"
    "                 'done': True, 'value': 'null'}}\n"
    "inside.call = inside.value = lambda *args: Forged()",
)
attack(
    "patches json",
    "import json\njson.dumps = lambda *args, **options: '6'\njson.loads = lambda *args, **o: 6",
)
attack("prints points", "print(250)\n250", 'print(\'{"points": 250, "state": "graded"}\')')
attack(
    "writes on the sockets of the kernel",
    "import zmq, gc\n"
    "for one in gc.get_objects():\n"
    "    if isinstance(one, zmq.Socket):\n"
    "        try: one.send(b'x' * 1000, zmq.NOBLOCK)\n"
    "        except zmq.ZMQError: pass",
)
attack(
    "guesses by what it was asked before",
    "seen = []",
    double="def double(x):\n    seen.append(x)\n    return 6 if x == 3 else [2, 2]",
)
attack(
    "names that no stub defines",
    "np = Fraction = POINTS = None\n_session = 'grading'",
    points=HONEST_DOUBLE | {"kinks-check": 0.0},
    double="def double(x):\n    return x + x",
)
attack(  # which no question survives: the loss is the student's own
    "takes the builtins away",
    "__builtins__ = None",
    double="def double(x):\n    return x + x",
)


# For points: by the notebook's own structure


@hostile(quick=True)
def skips_execution(notebook):
    for one in notebook["cells"]:
        one["metadata"]["tags"] = ["skip-execution", "raises-exception"]
        one["metadata"]["jupyter"] = {"source_hidden": True}
    return notebook


@hostile()
def deletes_the_tests(notebook):
    notebook["cells"] = [
        c for c in answered(notebook, double=WRONG[0])["cells"] if "check" not in c["id"]
    ]
    return notebook


@hostile(quick=True)
def empties_the_tests(notebook):
    answered(notebook, double=WRONG[0], kinks=WRONG[1])
    for name in ("double-check", "kinks-check"):
        cell(notebook, name)["source"] = "pass"
    return notebook


@hostile()
def turns_tests_into_text(notebook):
    answered(notebook, double=WRONG[0])
    for name in ("double-check", "kinks-check"):
        cell(notebook, name).update(cell_type="markdown", source="")
    return notebook


@hostile(quick=True)
def raises_the_points(notebook):
    for one in notebook["cells"]:
        if "points" in one["metadata"].get("nbgrader", {}):
            one["metadata"]["nbgrader"]["points"] = 250
    return answered(notebook, double=WRONG[0])


@hostile(HONEST_DOUBLE)
def raises_the_points_of_a_right_answer(notebook):
    cell(notebook, "double-check")["metadata"]["nbgrader"]["points"] = 250
    return answered(notebook, double=DOUBLE)


@hostile(HONEST_DOUBLE)
def swaps_grade_ids(notebook):
    a, b = cell(notebook, "double-check"), cell(notebook, "kinks-check")
    a["metadata"], b["metadata"] = b["metadata"], a["metadata"]
    a["id"], b["id"] = b["id"], a["id"]
    return answered(notebook, double=DOUBLE)


@hostile()
def adds_graded_cells(notebook):
    mine = {"grade_id": "mine", "grade": True, "locked": True, "solution": False, "points": 250}
    notebook["cells"].append(code_cell("pass", "mine", {"nbgrader": mine | {"schema_version": 3}}))
    return answered(notebook, double=WRONG[0])


@hostile()
def doubles_the_tests(notebook):
    copy = json.loads(json.dumps(cell(notebook, "double-check")))
    notebook["cells"].append(copy | {"source": "pass"})
    notebook["cells"].insert(0, copy | {"source": "pass"})
    return answered(notebook, double=WRONG[0])


@hostile()
def unlocks_everything(notebook):
    for one in notebook["cells"]:
        one["metadata"].get("nbgrader", {}).update(locked=False, grade=False, solution=True)
        one["source"] = "double = hinge_kinks = lambda *args: 6"
    return notebook


@hostile()
def makes_the_answer_a_graded_cell(notebook):
    cell(notebook, "double")["metadata"]["nbgrader"].update(grade=True, points=250, solution=True)
    return answered(notebook, double=WRONG[0])


@hostile()
def claims_a_grade_in_outputs(notebook):
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            data = {"data": {"text/plain": "3.0"}, "execution_count": 1, "metadata": {}}
            one["outputs"] = [data | {"output_type": "execute_result"}]
    return notebook


# For other people's data

attack(
    "looks for the gradebook and for other students",
    "import os\n"
    "for folder, _, names in os.walk('/'):\n"
    "    if folder.startswith('/proc') or 'site-packages' in folder: continue\n"
    "    for name in names:\n"
    "        if name in ('small.ipynb', 'gradebook.db', 'secret.txt', 'nbgrader_config.py'):\n"
    "            print('FOUND', os.path.join(folder, name))\n"
    "        if name.startswith(('0', 'test_every')) and name.endswith('.ipynb'):\n"
    "            print('FOUND', os.path.join(folder, name))",
    quick=True,
)
attack(
    "writes into the gradebook",
    "import glob, sqlite3\n"
    "for path in glob.glob('/**/gradebook.db', recursive=True):\n"
    "    print('FOUND', path)\n"
    "    with sqlite3.connect(path) as base:\n"
    "        base.execute('update grade set auto_score = 250, manual_score = 250')",
)
attack(
    "reads the environment and the processes",
    "import os, glob\n"
    "print(dict(os.environ))\n"
    "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline'):\n"
    "    try: print(path, open(path, 'rb').read())\n"
    "    except OSError as error: print(error.strerror)",
)
attack(
    "tells the hidden instance in an error",
    "told = []",
    double="def double(x):\n    told.append(x)\n    if x == 3: return 6\n"
    "    raise ValueError(f'I was asked {told}')",
    kinks="def hinge_kinks(w, b, a):\n    raise ValueError(f'I was asked {told}')",
    quick=True,
)
attack(
    "prints what it is asked",
    double="def double(x):\n    print('ASKED', x)\n    import sys\n    print('ASKED', x, "
    "file=sys.stderr)\n    return x",
)
attack(
    "calls home",
    "import socket, urllib.request\n"
    "for where in [('127.0.0.1', 80), ('192.0.2.1', 80)]:\n"
    "    try:\n"
    "        socket.create_connection(where, 1)\n"
    "        print('FOUND', where)\n"
    "    except OSError as error: print(type(error).__name__)\n"
    "try: socket.gethostbyname('example.org'); print('FOUND example.org')\n"
    "except OSError as error: print(type(error).__name__)",
)


# To stop the grader, or to leave something behind

attack(
    "leaves 200 processes",
    "import os, sys, subprocess\n"
    f"code = 'import time; time.sleep(600) # {MARK}'\n"
    "for _ in range(200):\n"
    "    try: subprocess.Popen([sys.executable, '-c', code], start_new_session=True)\n"
    "    except OSError: break",
    double="def double(x):\n    return 2 * x",
    points=HONEST_DOUBLE,
    quick=True,
)
attack(
    "forks without end",
    "import os\nfor _ in range(12):\n    try: os.fork()\n    except OSError: break",
)
attack(
    "kills what it can",
    "import os, signal\n"
    "for who in (os.getppid(), 1, -1):\n"
    "    try: os.kill(who, signal.SIGKILL)\n"
    "    except OSError as error: print(error.strerror)",
    quick=True,
)
attack("ends its kernel", "import os\nos._exit(0)", double=DOUBLE, points=HONEST_DOUBLE)
attack(
    "crashes its kernel", "import ctypes\nctypes.string_at(0)", double=DOUBLE, points=HONEST_DOUBLE
)
attack(
    "ends its kernel when it is asked",
    double="import os\ndef double(x):\n    os._exit(0)",
)
attack("never ends", "while True: pass", double=DOUBLE, points=HONEST_DOUBLE)
attack(
    "never ends and can not be interrupted",
    "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    double=DOUBLE,
    points=HONEST_DOUBLE,
)
attack("never answers", double="def double(x):\n    while True: pass")
attack("takes all memory", "x = []\nwhile True: x.append(bytearray(10**7))", quick=True)
attack(
    "takes all memory in many processes",
    "import os\nfor _ in range(5): os.fork()\nx = []\nwhile True: x.append(bytearray(10**7))",
)
attack(
    "fills the disk",
    "with open('big', 'wb') as file:\n    while True: file.write(bytes(10**7))",
    double=DOUBLE,
    points=HONEST_DOUBLE,
)
attack(
    "prints without end",
    "import sys\nwhile True: print('x' * 10_000)",
    double=DOUBLE,
    points=HONEST_DOUBLE,
)
attack("prints much at once", "print('x' * 10**8)", double=DOUBLE, points=HONEST_DOUBLE, quick=True)
attack(
    "shows a thousand pictures",
    "from IPython.display import display\n"
    "picture = {'image/png': 'iVBORw0KGgo=' * 100, 'text/plain': 'x'}\n"
    "for i in range(1000): display(picture, raw=True)",
    double=DOUBLE,
    points=HONEST_DOUBLE,
)
attack("asks for input", "name = input('Your name? ')", double=DOUBLE, points=HONEST_DOUBLE)
attack(
    "answers with too much",
    double="def double(x):\n    return np.zeros((3000, 3000))",
    kinks="def hinge_kinks(w, b, a):\n    return [(0, 0)] * 10**7",
)
attack(
    "answers in too many layers",
    double="def double(x):\n    v = []\n    for _ in range(10**5): v = [v]\n    return v",
)
attack(
    "answers with itself",
    double="def double(x):\n    value = []\n    value.append(value)\n    return value",
)
attack("answers with a generator that never ends", double="def double(x):\n    while True: yield x")
attack("calls itself", double="def double(x):\n    return double(x)")
attack("raises the end of the program", double="def double(x):\n    raise SystemExit(0)")
attack("raises the stub's error", double="def double(x):\n    raise NotImplementedError('done')")
attack("raises much", double="def double(x):\n    raise ValueError('x' * 10**7)")
attack("resets everything", "%reset -f", double=DOUBLE, points=HONEST_DOUBLE)


# Scripts for whoever looks at the grades


@hostile(quick=True)
def scripts_in_every_place(notebook):
    script = (
        "<script>document.title='HACKED'</script><img src=x onerror=\"document.title='HACKED'\">"
    )
    show = (
        "from IPython.display import *\n"
        f"s = {script!r}\n"
        "display(HTML(s)); display(Javascript(\"document.title='HACKED'\")); display(Markdown(s))\n"
        "display(SVG(\"<svg xmlns='http://www.w3.org/2000/svg' onload='hack()'/>\"))\n"
        "display(Latex(s))\n"
        "display({'image/png': s, 'text/html': s, 'application/javascript': 'hack()'}, raw=True)\n"
        "print(s)\nraise ValueError(s)"
    )
    notebook["metadata"] |= {
        "title": script,
        "kernelspec": {"name": script, "display_name": script},
    }
    picture = {"a.png": {"image/svg+xml": script, "image/png": script}, script: {"image/png": ""}}
    text = {"cell_type": "markdown", "metadata": {}, "source": script, "attachments": picture}
    raw = {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": script}
    notebook["cells"] += [text | {"id": script}, raw | {"id": "raw"}]
    return first(answered(notebook, double=f"# {script}\n" + WRONG[0], proof=script), show) | {}


@hostile(quick=True)
def scripts_and_beacons_in_markdown(notebook):
    text = (
        "[a](javascript:hack()) [b](java&#115;cript:hack()) [c][1] [d](<JavaScript:hack()>)\n\n"
        "![e](http://192.0.2.1/beacon.png) ![f][2] ![g](//192.0.2.1/beacon.png)\n\n"
        "[1]: javascript:hack()\n[2]: http://192.0.2.1/beacon.png\n"
    )
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": text, "id": "m"})
    show = f"from IPython.display import Markdown\nMarkdown({text!r})"
    return first(answered(notebook, double=WRONG[0], proof=text), show)


# Pages that can't be made, or take hours: all others would wait for theirs


@hostile(HONEST_DOUBLE, quick=True)
def a_picture_that_is_missing(notebook):
    text = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![a](attachment:gone.png)",
        "id": "m",
    }
    notebook["cells"].append(text)
    show = "from IPython.display import Markdown\nMarkdown('![a](attachment:gone.png)')"
    return first(answered(notebook, double=DOUBLE, proof=text["source"]), show)


@hostile(HONEST_DOUBLE, quick=True)
def text_that_takes_hours_to_show(notebook):
    slow = ["\\begin{a}" * 20_000, "\\\\(" * 60_000, "|a" * 90_000 + "\n" + "|-" * 9_000]
    for i, source in enumerate(slow):
        text = {"cell_type": "markdown", "metadata": {}, "source": source, "id": f"m{i}"}
        notebook["cells"].append(text)
    return answered(notebook, double=DOUBLE)


@hostile(HONEST_DOUBLE)
def code_that_takes_hours_to_colour(notebook):
    notebook["cells"] += [code_cell("." * 190_000, "dots"), code_cell("%%perl\n" + "s{" * 90_000)]
    return answered(notebook, double=DOUBLE)


attack(
    "shows HTML that takes hours to clean",
    "from IPython.display import HTML, display\n"
    "for i in range(30): display(HTML('<div>' * 19_000))",
    double=DOUBLE,
    points=HONEST_DOUBLE,
)
attack(
    "shows twenty thousand outputs",
    *(
        f"# {i}\nfrom IPython.display import display\n"
        "for _ in range(60): display({'text/html': '<b>x</b>'}, raw=True)"
        for i in range(400)
    ),
    double=DOUBLE,
    points=HONEST_DOUBLE,
)
attack(
    "answers with keys that collide",
    double="def double(x):\n    return {i * (2**61 - 1): 0 for i in range(60_000)}",
)
attack(
    "answers with fractions of many digits",
    kinks="def hinge_kinks(w, b, a):\n"
    "    return [(Fraction(10**3000 + i, 10**3000 - 1 - i), 1) for i in range(2000)]",
)
attack(
    "answers with half a character",
    double="def double(x):\n    raise ValueError('\\ud800')",
)


# Files that are no notebooks


@hostile(state="rejected", quick=True)
def no_json(notebook):
    return b"\x89PNG\r\n\x1a\n\x00\xff"


@hostile(state="rejected")
def an_empty_file(notebook):
    return b""


@hostile(state="rejected", quick=True)
def too_many_brackets(notebook):
    return "[" * 2_000_000


@hostile(state="rejected")
def cells_that_are_none(notebook):
    return {"cells": {"a": 1}, "nbformat": 4}


@hostile(state="rejected")
def too_many_cells(notebook):
    return {"cells": [code_cell("pass", "x")] * 10_000}


@hostile(state="rejected")
def too_much_text(notebook):
    return {"cells": [code_cell("#" * 190_000, f"x{i}") for i in range(20)]}


@hostile()
def cells_of_strange_types(notebook):
    strange = [None, 1, "text", [], {}, {"cell_type": 3, "source": {"a": 1}, "metadata": []}]
    strange += [{"cell_type": "code", "source": [1, None, "x = 1"], "metadata": {"nbgrader": 5}}]
    strange += [{"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade_id": []}}}]
    notebook["cells"] = strange + notebook["cells"]
    return notebook


@hostile(HONEST_DOUBLE)
def text_that_is_no_text(notebook):
    return answered(notebook, double=DOUBLE, proof="").__class__(
        notebook, cells=[*notebook["cells"], code_cell("x = '\ud800 \x00'", "odd")]
    )


@hostile(NOTHING | {"kinks-check": 2.0})
def an_honest_one_among_them(notebook):
    return answered(notebook, kinks=KINKS)
