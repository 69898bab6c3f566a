"""Grading: one submission, its tests in a process of their own, a worker, a whole batch."""
