"""The teacher's desk: collect, grade in isolation, review, return, export.

``python -m course_lib.grading`` is its door. Tests never share a process with a student's code:
the cells of a student run in a sandboxed kernel, the tests in another process, and between the two
pass plain data only. The gradebook, the grading form and the feedback are nbgrader's.
"""

import sys

# nbformat checks notebooks by jsonschema, which builds a grammar of international web addresses as
# it is loaded, where this package is there: over a second in each of our processes, for a format
# that no notebook has. Without the package jsonschema goes on without that format.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
