"""Strength: strong. Comparing hands with other things and wild cards are left open."""
import pytest
from poker_hands import Card, Category, Hand, best_hand, rank_name, straight_top, winners

LADDER = [
    ("2c 5d 9h Js Kc", Category.HIGH_CARD, "high card, king high"),
    ("2c 2d 9h Js Kc", Category.PAIR, "pair of 2s"),
    ("2c 2d 9h 9s Kc", Category.TWO_PAIR, "two pair, 9s and 2s"),
    ("7c 7d 7h 9s Kc", Category.THREE, "three of 7s"),
    ("Ac 2d 3h 4s 5c", Category.STRAIGHT, "straight, 5 high"),
    ("2c 3d 4h 5s 6c", Category.STRAIGHT, "straight, 6 high"),
    ("Tc Jd Qh Ks Ac", Category.STRAIGHT, "straight, ace high"),
    ("2h 5h 9h Jh Kh", Category.FLUSH, "flush, king high"),
    ("Tc Td Th 2s 2c", Category.FULL_HOUSE, "full house, tens over 2s"),
    ("Jc Jd Jh Js 2c", Category.FOUR, "four of jacks"),
    ("9d Td Jd Qd Kd", Category.STRAIGHT_FLUSH, "straight flush, king high"),
    ("Td Jd Qd Kd Ad", Category.STRAIGHT_FLUSH, "royal flush"),
]


@pytest.mark.parametrize(("text", "category", "words"), LADDER)
def test_categories(text, category, words):
    hand = Hand.parse(text)
    assert hand.category is category
    assert hand.describe() == words
    assert str(hand) == text


def test_ladder_is_in_order():
    hands = [Hand.parse(text) for text, _, _ in LADDER]
    assert sorted(reversed(hands)) == hands
    for lower, higher in zip(hands, hands[1:]):
        assert lower < higher
        assert not higher < lower
        assert lower != higher


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("2c 2d 9h Js Kc", "3c 3d 4h 5s 6c"),
        ("2c 2d 9h Js Kc", "2h 2s 9d Js Ac"),
        ("8c 8d 9h 9s 2c", "8h 8s 9d 9c 3c"),
        ("2c 2d Kh Ks 3c", "3d 3h Kc Kd 2s"),
        ("2c 2d 2h As Ac", "3c 3d 3h 2s 2c"),
        ("2c 5d 9h Js Kc", "3c 5h 9d Jd Kh"),
    ],
)
def test_ties_are_broken_by_rank(lower, higher):
    assert Hand.parse(lower) < Hand.parse(higher)


def test_suits_do_not_count():
    one, other = Hand.parse("2c 2d 9h Js Kc"), Hand.parse("Kd 2s Jh 9c 2h")
    assert one == other
    assert hash(one) == hash(other)
    assert one >= other
    assert hash(one) != hash(Hand.parse("3c 3d 9h Js Kc"))


def test_a_hand_is_no_text():
    assert Hand.parse("2c 2d 9h Js Kc") != "2c 2d 9h Js Kc"


@pytest.mark.parametrize(("text", "card"), [("2c", (2, "c")), ("Ts", (10, "s")), ("aH", (14, "h")), ("9D", (9, "d"))])
def test_parse_card(text, card):
    assert Card.parse(text) == card


def test_cards_as_text():
    assert [str(Card(rank, "h")) for rank in (2, 9, 10, 14)] == ["2h", "9h", "Th", "Ah"]


@pytest.mark.parametrize("text", ["", "2", "10c"])
def test_cards_have_two_letters(text):
    with pytest.raises(ValueError, match=f"^a card has two letters, not {text!r}$"):
        Card.parse(text)


@pytest.mark.parametrize("text", ["1c", "2x"])
def test_no_such_card(text):
    with pytest.raises(ValueError, match=f"^there is no card {text!r}$"):
        Card.parse(text)


def test_hands_have_five_cards():
    with pytest.raises(ValueError, match="^a hand has five cards, not 4$"):
        Hand.parse("2c 3c 4c 5c")
    with pytest.raises(ValueError, match="^a card is there twice$"):
        Hand.parse("2c 3c 4c 5c 2c")


@pytest.mark.parametrize(
    ("ranks", "top"),
    [([2, 3, 4, 5, 6], 6), ([14, 2, 3, 4, 5], 5), ([10, 11, 12, 13, 14], 14), ([2, 3, 4, 5, 7], 0),
     ([2, 2, 3, 4, 6], 0), ([14, 13, 2, 3, 4], 0), ([6, 7, 8, 9], 0)],
)
def test_straight_top(ranks, top):
    assert straight_top(ranks) == top


def test_rank_names():
    assert [rank_name(rank) for rank in (2, 10, 11, 12, 13, 14)] == ["2", "ten", "jack", "queen", "king", "ace"]
    assert rank_name(12, plural=True) == "queens"


def test_best_of_seven():
    cards = [Card.parse(text) for text in "Ah Kh 2c Qh Jh Th Ad".split()]
    best = best_hand(cards)
    assert best.describe() == "royal flush"
    assert best_hand(cards[1:]).describe() == "straight, ace high"


def test_best_of_five_is_that():
    assert str(best_hand(Hand.parse("2c 2d 9h Js Kc").cards)) == "2c 2d 9h Js Kc"


def test_winners():
    pair, same, high = map(Hand.parse, ["2c 2d 9h Js Kc", "2h 2s 9d Jh Kd", "2c 5d 9h Js Kc"])
    assert winners({"Zoe": pair, "Ann": high, "Bob": same}) == ["Bob", "Zoe"]
    assert winners({"Ann": high}) == ["Ann"]
    assert winners({}) == []


def test_titles():
    assert Category.STRAIGHT_FLUSH.title == "straight flush"
    assert [int(category) for category in Category] == list(range(9))
