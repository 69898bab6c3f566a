"""Networks that are built, not trained: each construction returns an ordinary network."""
