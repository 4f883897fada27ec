"""Recorded runs as tables that people read and programs parse."""
