"""Which corpus programs an agent learns from, is tuned on, and is judged by.

The table is fixed: a program that is added goes where nobody has looked yet, and none ever moves,
so that figures of two years can be compared. Suites of each stated strength, and short and long
programs, are in every split.
"""

from __future__ import annotations

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
