"""Where a run's numbers go: a folder with manifest, configuration, events and TensorBoard file."""
