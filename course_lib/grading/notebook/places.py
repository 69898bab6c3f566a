"""Whether what stands below a check can change the answers above it: if in doubt, it can.

Cells that only define new functions leave all earlier ones as they were. Then the state at the end
of a notebook answers for each check, and nothing need run a second time to be asked at its place.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from course_lib.grading.notebook.restore import RestoredCell

__all__ = ["can_change"]

_DEFINITION = (ast.FunctionDef, ast.Import, ast.ImportFrom, ast.Pass)
_CACHES = {"cache", "lru_cache"}  # decorators that keep no more than a function's own values


@dataclass(frozen=True)
class _Read:
    """What one cell does, as far as its text tells."""

    binds: frozenset[str]
    mentions: frozenset[str]
    plain: bool  # it only defines functions, imports, and names constants
    functions_use: frozenset[str]  # global names that its functions look up
    functions_change: bool  # they assign to something global, or to a part of it


def can_change(above: Sequence[RestoredCell], below: Sequence[RestoredCell]) -> bool:
    """Whether running the cells below may change what functions of the cells above answer.

    Args:
        above: the code cells that ran before a check, in order.
        below: those that ran after it.

    >>> def code(source): return RestoredCell("x", "extra", "code", source)
    >>> can_change([code("def f(x): return g(x)")], [code("def h(x): return x")])
    False
    >>> can_change([code("def f(x): return g(x)")], [code("def g(x): return x")])
    True
    """
    cells = [*above, *below]
    known = [one for one in map(_read, cells if below else []) if one is not None]
    if not below or len(known) < len(cells):
        return bool(below)
    students = [one for one, cell in zip(known, cells, strict=True) if cell.kind != "locked"]
    before, later = known[: len(above)], known[len(above) :]
    theirs = _union(one.binds for one in students)
    used = _union(one.functions_use for one in students)
    if any(one.functions_change for one in students) or _assigned(students) & used:
        return True
    # What functions above look up is all that they can reach; those below are not asked yet.
    looked_up = _union(one.functions_use for one in before)
    bound = _union(one.binds for one in before) | looked_up
    for one, cell in zip(later, below, strict=True):
        if cell.kind == "locked":
            if one.binds & (looked_up | theirs) or one.mentions & theirs:
                return True
        elif not one.plain or one.binds & bound:
            return True
    return False


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _assigned(cells: Sequence[_Read]) -> frozenset[str]:
    """Names that the cells bind other than by a definition."""
    return _union(one.binds for one in cells if not one.plain)


def _read(cell: RestoredCell) -> _Read | None:
    """What a cell does; None for what is no plain Python, such as a magic."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(cell.source).body
            table = symtable.symtable(cell.source, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = [part for node in body for part in ast.walk(node)]
    scopes = list(_scopes(table))
    outer = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    looked_up = {s.get_name() for t in scopes for s in t.get_symbols() if s.is_global()}
    assigned = any(
        s.is_declared_global() and s.is_assigned() for t in scopes for s in t.get_symbols()
    )
    return _Read(
        frozenset(outer) | ({"*"} if _imports_all(nodes) else frozenset()),
        frozenset(part.id for part in nodes if isinstance(part, ast.Name)),
        all(map(_is_plain, body)) and not _imports_all(nodes),
        frozenset(looked_up),
        assigned or bool(_parts_assigned(nodes) & looked_up),
    )


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _scopes(child)


def _imports_all(nodes: Iterable[ast.AST]) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and any(one.name == "*" for one in node.names)
        for node in nodes
    )


def _is_plain(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef):
        arguments = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return all(map(_is_constant, arguments)) and all(map(_is_cache, node.decorator_list))
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign) and _is_constant(node.value):
        return all(isinstance(target, ast.Name) for target in node.targets)
    return isinstance(node, _DEFINITION) or docstring


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return all(map(_is_constant, node.elts))
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    return isinstance(node, ast.Constant)


def _is_cache(node: ast.expr) -> bool:
    named = node.func if isinstance(node, ast.Call) else node
    name = named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")
    return name in _CACHES


def _parts_assigned(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names of which a part is assigned to or deleted: ``f.count = 1``, ``table[0] = 1``."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                found.add(root.id)
    return frozenset(found)
