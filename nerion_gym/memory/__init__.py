"""What an agent remembers: experience with priorities. Knows nothing of environments."""
