"""A progress bar that is gone when the work is done, in a terminal and in a stored notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from IPython import get_ipython
from IPython.display import HTML, display
from tqdm import tqdm

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(label: str, total: int, shown: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that takes the number of steps done so far and moves the bar there.

    tqdm's own notebook bar stays in the stored output as a widget without a model, which the next
    reader sees as an error. This one begins and ends as an empty output: a comparison with the
    stored one (nbval) looks only at how an output began.
    """
    if not shown:
        yield lambda done: None
    elif getattr(get_ipython(), "kernel", None) is None:
        # disable=None: no bar where nobody watches, as in a log file
        with tqdm(desc=label, total=total, leave=False, disable=None) as bar:
            yield lambda done: _move(bar, done)
    else:
        handle = display({}, raw=True, display_id=True)
        handle.update(_html(label, 0, total))
        try:
            yield lambda done: handle.update(_html(label, done, total))
        finally:
            handle.update({}, raw=True)


def _move(bar: tqdm, done: int) -> None:
    bar.update(done - bar.n)


def _html(label: str, done: int, total: int) -> HTML:
    return HTML(
        f'<label>{label} <progress value="{done}" max="{total}"></progress> '
        f"{done} of {total} steps</label>"
    )
