"""Running agents in worlds: configuration, the online loop, evaluation. Knows no policy."""
