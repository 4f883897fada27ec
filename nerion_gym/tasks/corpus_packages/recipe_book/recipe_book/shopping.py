"""What has to be bought for a few recipes, given what is in the larder."""

from __future__ import annotations

from recipe_book.amounts import Amount
from recipe_book.recipe import Recipe


def gathered(recipes: list[Recipe]) -> dict[str, Amount]:
    total: dict[str, Amount] = {}
    for recipe in recipes:
        for name, amount in recipe.needs.items():
            total[name] = total[name] + amount if name in total else amount
    return total


def missing(recipes: list[Recipe], larder: dict[str, Amount]) -> dict[str, Amount]:
    found = {}
    for name, amount in gathered(recipes).items():
        stock = larder.get(name)
        if stock is not None and stock.measure == amount.measure:
            left = amount.count - stock.count
            if left <= 0:
                continue
            amount = Amount(left, amount.measure)
        found[name] = amount
    return found


def shopping_list(recipes: list[Recipe], larder: dict[str, Amount]) -> str:
    rows = [f"- {name}: {amount}" for name, amount in sorted(missing(recipes, larder).items())]
    return "\n".join(rows) or "nothing to buy"


def can_cook(recipe: Recipe, larder: dict[str, Amount]) -> bool:
    return not missing([recipe], larder)
