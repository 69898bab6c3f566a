"""A progress bar that is gone when the work is done, in a terminal and in a stored notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from course_lib.arguments import read_flag, read_text, read_whole

__all__ = ["patient_bar", "progress_bar"]

PATIENCE = 2.0  # seconds of work before a bar comes uncalled
EVERY = 0.1  # seconds between two moves of the bar


@contextmanager
def progress_bar(
    label: str, total: int, shown: bool, unit: str = "steps"
) -> Iterator[Callable[[int], None]]:
    """Give a function that takes the number of steps done so far and moves the bar there.

    tqdm's own notebook bar stays in the stored output as a widget without a model, which the next
    reader sees as an error. This one begins and ends as an empty output: a comparison with the
    stored one (nbval) looks only at how an output began.
    """
    label, unit = read_text("label", label), read_text("unit", unit)
    total = read_whole("total", total, at_least=0)
    if not read_flag("shown", shown):
        yield lambda done: None
    elif not _in_a_notebook():
        from tqdm import tqdm

        # disable=None: no bar where nobody watches, as in a log file
        with tqdm(desc=label, total=total, leave=False, disable=None) as bar:
            yield lambda done: _move(bar, done)
    else:
        from IPython.display import display

        handle = display({}, raw=True, display_id=True)
        handle.update(_html(label, 0, total, unit))
        try:
            yield lambda done: handle.update(_html(label, done, total, unit))
        finally:
            handle.update({}, raw=True)


@contextmanager
def patient_bar(label: str, total: int, unit: str = "steps") -> Iterator[Callable[..., None]]:
    """Give a function that counts steps, under a bar that comes only if the work takes seconds.

    Args:
        label: what is being done.
        total: how many steps there are, or may be at most.
        unit: what a step is called, in the plural.

    Returns:
        ``tick(n=1)``, to be called after every step, or after n of them.

    >>> with patient_bar("Spelling", 3, "letters") as tick:
    ...     for letter in "abc":
    ...         tick()
    """
    label, unit = read_text("label", label), read_text("unit", unit)
    total = read_whole("total", total, at_least=0)
    begun = moved = time.monotonic()
    done = 0
    show: Callable[[int], None] | None = None
    with ExitStack() as stack:

        def tick(n: int = 1) -> None:
            nonlocal done, moved, show
            done += n
            now = time.monotonic()
            if show is None and now - begun > PATIENCE:
                show = stack.enter_context(progress_bar(label, total, True, unit))
            if show is not None and now - moved > EVERY:
                moved = now
                show(min(done, total))

        yield tick


def _in_a_notebook() -> bool:
    """Whether a Jupyter kernel runs this; who has not loaded IPython is in none."""
    shell = sys.modules.get("IPython")
    return shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None


def _move(bar: Any, done: int) -> None:
    bar.update(done - bar.n)


def _html(label: str, done: int, total: int, unit: str) -> Any:
    from IPython.display import HTML

    return HTML(
        f'<label>{label} <progress value="{done}" max="{total}"></progress> '
        f"{done} of {total} {unit}</label>"
    )
