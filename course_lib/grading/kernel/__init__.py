"""A student's kernel: sandboxed, limited, and asked without believing a word."""
