"""Layers between what runs and this machine: who may do what, and how that is known to hold."""
