"""Numbers about recorded runs and predictions: pure functions on NumPy arrays."""
