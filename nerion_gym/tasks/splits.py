"""Which corpus programs an agent learns from, is tuned on, and is judged by.

The table is fixed: a program that is added goes where nobody has looked yet, and none ever moves,
so that figures of two years can be compared. Suites of each stated strength, and short and long
programs, are in every split.
"""

from __future__ import annotations

import hashlib

from nerion_gym.errors import ConfigError
from nerion_gym.types.task import SPLITS

CORPUS_SPLITS: dict[str, tuple[str, ...]] = {
    "train": (
        "account_ledger", "arg_reader", "bowling_card", "business_days", "cart_pricing",
        "check_digits", "coin_turnstile", "colour_mix", "disjoint_sets", "drink_machine",
        "durations", "formula", "keyed_cipher", "life_board", "log_digest", "logic_v2",
        "markdown_lite", "math_logic", "noughts_game", "order_workflow", "patient_retry",
        "poly_terms", "prefix_trie", "query_strings", "rational_number", "recent_cache",
        "ring_buffer", "room_adventure", "seat_rows", "sensor_smoothing", "slugs", "stat_summary",
        "stock_holds", "tally", "text_diff", "throttle", "update_queue", "word_likeness",
    ),
    "val": (
        "cell_sheet", "event_hub", "ini_config", "interval_set", "prime_factory",
        "roman_numerals", "routes", "run_lengths", "schema_check", "zone_offsets",
    ),
    "test": (
        "bounded_memo", "build_order", "cron_schedule", "csv_lines", "islands", "line_wrap",
        "mini_template", "page_window", "poker_hands", "sparse_matrix", "tax_ladder",
        "undo_stack", "version_order", "wildcards",
    ),
}  # fmt: skip
"""Split -> names of corpus programs, sorted; every program of the corpus is in one of them."""

PACKAGE_SPLITS: dict[str, tuple[str, ...]] = {
    "train": ("invoicing", "library_desk", "parcel_rates", "quiz_marks"),
    "val": ("shift_rota", "unit_lab"),
    "test": ("recipe_book", "tiny_shell"),
}
"""The same for the programs of several files."""

FUNCTION_PARTS = (("train", 8), ("val", 9), ("test", 10))
"""Split and the end of its part, in tenths, of the functions of a package."""


def require_split(split: str) -> str:
    """Return a split's name.

    Raises:
        ConfigError: there is no such split.
    """
    if split not in SPLITS:
        msg = f"split={split!r}: expected one of {', '.join(SPLITS)}"
        raise ConfigError(msg)
    return split


def corpus_split(split: str) -> tuple[str, ...]:
    """Return the names of a split's corpus programs, sorted.

    Raises:
        ConfigError: there is no such split.
    """
    return CORPUS_SPLITS[require_split(split)]


def package_split(split: str) -> tuple[str, ...]:
    """Return the names of a split's corpus programs of several files, sorted.

    Raises:
        ConfigError: there is no such split.
    """
    return PACKAGE_SPLITS[require_split(split)]


def split_of(name: str) -> str:
    """Return the split of a corpus program, of one file or several.

    Raises:
        ConfigError: the corpus has no such program.
    """
    for split in SPLITS:
        if name in (*CORPUS_SPLITS[split], *PACKAGE_SPLITS[split]):
            return split
    msg = f"the corpus program {name!r} is in no split: give it a place in nerion_gym.tasks.splits"
    raise ConfigError(msg)


def function_split(path: str, qualname: str) -> str:
    """Return the split of a function of a package: it stays there whatever else changes.

    Args:
        path: of its file, relative to the project.
        qualname: dotted path through classes and functions.
    """
    found = hashlib.sha256(f"{path}::{qualname}".encode()).digest()
    tenth = int.from_bytes(found[:8], "big") % 10
    return next(split for split, end in FUNCTION_PARTS if tenth < end)
