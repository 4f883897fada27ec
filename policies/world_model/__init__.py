"""The world model: what will an edit do to the tests? An ensemble that knows what it doubts."""
