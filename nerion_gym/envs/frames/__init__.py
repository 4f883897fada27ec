"""Pictures of an episode: the source with its edit, the program graph, the tests."""
