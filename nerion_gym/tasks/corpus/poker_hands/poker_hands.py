"""Ranking five-card poker hands, and the best five of seven."""

from collections import Counter
from enum import IntEnum
from functools import total_ordering
from itertools import combinations
from typing import NamedTuple

RANKS = "23456789TJQKA"
SUITS = "cdhs"
NAMES = {"T": "ten", "J": "jack", "Q": "queen", "K": "king", "A": "ace"}


class Category(IntEnum):
    HIGH_CARD = 0
    PAIR = 1
    TWO_PAIR = 2
    THREE = 3
    STRAIGHT = 4
    FLUSH = 5
    FULL_HOUSE = 6
    FOUR = 7
    STRAIGHT_FLUSH = 8

    @property
    def title(self):
        return self.name.replace("_", " ").lower()


class Card(NamedTuple):
    rank: int
    suit: str

    @classmethod
    def parse(cls, text):
        if len(text) != 2:
            raise ValueError(f"a card has two letters, not {text!r}")
        rank, suit = text[0].upper(), text[1].lower()
        if rank not in RANKS or suit not in SUITS:
            raise ValueError(f"there is no card {text!r}")
        return cls(RANKS.index(rank) + 2, suit)

    def __str__(self):
        return RANKS[self.rank - 2] + self.suit


def rank_name(rank, plural=False):
    letter = RANKS[rank - 2]
    name = NAMES.get(letter, letter)
    return name + "s" if plural else name


def straight_top(ranks):
    """Highest rank of a straight, 0 if there is none; the ace may stand below the two."""
    distinct = sorted(set(ranks))
    if len(distinct) != 5:
        return 0
    if distinct == [2, 3, 4, 5, 14]:
        return 5
    return distinct[-1] if distinct[-1] - distinct[0] == 4 else 0


@total_ordering
class Hand:
    """Five cards that can be compared: more valuable hands are greater."""

    def __init__(self, cards):
        self.cards = tuple(cards)
        if len(self.cards) != 5:
            raise ValueError(f"a hand has five cards, not {len(self.cards)}")
        if len(set(self.cards)) != 5:
            raise ValueError("a card is there twice")
        self.category, self.order = self._value()

    @classmethod
    def parse(cls, text):
        return cls(Card.parse(part) for part in text.split())

    def _value(self):
        counts = Counter(card.rank for card in self.cards)
        grouped = sorted(counts, key=lambda rank: (counts[rank], rank), reverse=True)
        shape = sorted(counts.values(), reverse=True)
        flush = len({card.suit for card in self.cards}) == 1
        top = straight_top(counts)
        if top:
            return (Category.STRAIGHT_FLUSH if flush else Category.STRAIGHT), [top]
        if shape == [4, 1]:
            category = Category.FOUR
        elif shape == [3, 2]:
            category = Category.FULL_HOUSE
        elif flush:
            category = Category.FLUSH
        elif shape[0] == 3:
            category = Category.THREE
        elif shape[:2] == [2, 2]:
            category = Category.TWO_PAIR
        elif shape[0] == 2:
            category = Category.PAIR
        else:
            category = Category.HIGH_CARD
        return category, grouped

    def _key(self):
        return self.category, self.order

    def __eq__(self, other):
        if not isinstance(other, Hand):
            return NotImplemented
        return self._key() == other._key()

    def __lt__(self, other):
        return self._key() < other._key()

    def __hash__(self):
        return hash((self.category, *self.order))

    def __str__(self):
        return " ".join(map(str, self.cards))

    def describe(self):
        first, *others = self.order
        match self.category:
            case Category.FULL_HOUSE:
                return f"full house, {rank_name(first, True)} over {rank_name(others[0], True)}"
            case Category.TWO_PAIR:
                return f"two pair, {rank_name(first, True)} and {rank_name(others[0], True)}"
            case Category.PAIR | Category.THREE | Category.FOUR:
                return f"{self.category.title} of {rank_name(first, True)}"
            case Category.STRAIGHT_FLUSH if first == 14:
                return "royal flush"
            case _:
                return f"{self.category.title}, {rank_name(first)} high"


def best_hand(cards):
    """The most valuable five of five or more cards."""
    return max(Hand(five) for five in combinations(cards, 5))


def winners(hands):
    """Names of those who share the pot, sorted."""
    if not hands:
        return []
    best = max(hands.values())
    return sorted(name for name, hand in hands.items() if hand == best)
