"""Strength: fair. Few of the measures are tried, and large amounts only once."""

from fractions import Fraction

import pytest
from recipe_book.amounts import Amount, parse_amount
from recipe_book.recipe import parse_line, parse_recipe
from recipe_book.shopping import can_cook, missing, shopping_list

PANCAKES = parse_recipe(
    """
    Pancakes for 4
    250 g flour
    1/2 l milk
    3 eggs
    1 tbsp sugar
    """
)
OMELETTE = parse_recipe("Omelette for 1\n2 eggs\n1 1/2 tsp butter\n10 g butter cheese")


def test_amounts():
    assert parse_amount("1 1/2", "tsp") == Amount(Fraction(15, 2), "ml")
    assert parse_amount("0.25", "kg") == Amount(Fraction(250), "g")


def test_lines():
    assert parse_line("2 eggs") == ("eggs", Amount(Fraction(2)))
    assert parse_line(" 2 cup oat milk ") == ("oat milk", Amount(Fraction(480), "ml"))
    assert parse_line("3 large eggs") == ("large eggs", Amount(Fraction(3)))
    with pytest.raises(ValueError, match="no amount in 'salt'"):
        parse_line("salt")


def test_a_recipe():
    assert PANCAKES.title.strip() == "Pancakes"
    assert PANCAKES.serves == 4
    assert PANCAKES.needs["milk"] == Amount(Fraction(500), "ml")
    assert len(OMELETTE.needs) == 3


def test_what_is_named_twice_is_added():
    assert parse_recipe("Dough\n100 g flour\n50 g flour").needs == {"flour": Amount(Fraction(150), "g")}
    with pytest.raises(ValueError, match="cannot add pieces to g"):
        parse_recipe("Dough\n100 g flour\n1 flour")


def test_for_more_people():
    party = PANCAKES.for_people(10)
    assert party.serves == 10
    assert str(party.needs["flour"]) == "625 g"
    assert str(party.needs["eggs"]) == "7.5"
    assert str(party.needs["milk"]) == "1.25 l"


def test_missing():
    larder = {"eggs": Amount(Fraction(4)), "flour": Amount(Fraction(1000), "g"), "milk": Amount(Fraction(1))}
    found = missing([PANCAKES, OMELETTE], larder)
    assert found["eggs"] == Amount(Fraction(1))
    assert "flour" not in found
    assert found["milk"] == Amount(Fraction(500), "ml")


def test_shopping_list():
    assert shopping_list([OMELETTE], {"butter": Amount(Fraction(100), "ml")}) == "- butter cheese: 10 g\n- eggs: 2"
    assert shopping_list([], {}) == "nothing to buy"


def test_can_cook():
    assert can_cook(OMELETTE, OMELETTE.needs)
    assert not can_cook(OMELETTE.for_people(2), OMELETTE.needs)
