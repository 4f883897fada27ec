"""Strength: weak. One or two colours for each function; hues, clipping and refusals are left out."""
from colour_mix import Colour, gradient, mix, parse, text_on, to_hsl

RED = Colour(255, 0, 0)


def test_parse():
    assert parse("#ff0000") == RED
    assert parse(" red ")


def test_inverted_twice_is_the_same():
    assert RED.inverted().inverted() == RED


def test_mix_is_a_colour():
    assert isinstance(mix(RED, parse("white")), Colour)


def test_gradient_ends():
    colours = gradient(RED, parse("black"), 5)
    assert len(colours) == 5
    assert colours[0] == RED


def test_to_hsl_has_three_parts():
    assert len(to_hsl(RED)) == 3


def test_text_on_dark():
    assert text_on(Colour(20, 20, 90)) != text_on(Colour(250, 250, 200))
