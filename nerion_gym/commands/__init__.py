"""The commands, one file each; the only place in the package that loads policies."""
