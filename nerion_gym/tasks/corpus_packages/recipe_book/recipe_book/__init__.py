"""Recipes, what they need, and a shopping list."""
