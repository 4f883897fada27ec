"""The instrument: one run of the unchanged suite with taps at the places that edits change."""
