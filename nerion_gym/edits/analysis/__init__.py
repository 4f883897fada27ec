"""What is known of a piece of a program without running it: where, which names, which values."""
