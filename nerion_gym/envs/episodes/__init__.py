"""Recorded episodes: what a line of a file holds, how it is read, rebuilt and confirmed."""
