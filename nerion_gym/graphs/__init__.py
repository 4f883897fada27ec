"""Program graphs: syntax nodes, tokens, symbols, tests and files; one function an edge family."""
