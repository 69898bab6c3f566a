"""The teacher's desk: collect, grade in isolation, review, return, export.

``python -m course_lib.grading`` is its door. Tests never share a process with a student's code:
the cells of a student run in a sandboxed kernel, the tests in another process, and between the two
pass plain data only. The gradebook, the grading form and the feedback are nbgrader's.
"""

import course_lib.no_grammar  # noqa: F401
