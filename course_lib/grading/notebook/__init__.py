"""Notebooks as data: what is asked, what was handed in, what is graded, what may be shown."""
