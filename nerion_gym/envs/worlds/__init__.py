"""One world a file; its docstring is its manual page."""
