"""Models that are asked for something: vectors of texts now, texts later."""
