"""Notebooks are read without a grammar that none of them needs: import this before ``nbformat``.

nbformat checks notebooks by jsonschema. Where the package ``rfc3987_syntax`` is there, that builds
a grammar of international web addresses as it is loaded: over a second in each process, for a
format that no notebook has. Without the package jsonschema goes on without that format.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
