"""Where problem instances come from: the corpus by hand, and your own package."""
