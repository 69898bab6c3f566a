"""A course's folder: its sets and students, what comes in, what goes out, and what is known."""
