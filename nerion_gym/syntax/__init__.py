"""Source text: trees, byte positions, scopes and an outline for people."""
