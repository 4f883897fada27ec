"""Operator ids: positions in an append-only tuple, the same in every world.

`tests/golden/operators.json` is the frozen copy. A third party's operator gets
1024 + crc32(name) mod 1024; a collision inside a world is an error.
"""

from __future__ import annotations

import zlib

OPERATOR_IDS = (
    "none",
    "submit",
    "rename_local",
    "change_operator_multiply_to_add",
    "swap_arithmetic",
    "swap_comparison",
    "swap_boolean",
    "increment_number",
    "decrement_number",
    "return_none",
    # refactors
    "rename_parameter",
    "rename_function",
    "rename_attribute",
    "extract_variable",
    "extract_function",
    "inline_variable",
    "inline_function",
    "reorder_operands",
    "flip_comparison",
    "apply_de_morgan",
    "invert_if",
    "split_condition",
    "merge_conditions",
    "nest_conditional",
    "unnest_conditional",
    "if_to_ternary",
    "ternary_to_if",
    "loop_to_comprehension",
    "comprehension_to_loop",
    "while_to_range",
    "range_to_while",
    "format_to_fstring",
    "fstring_to_format",
    "expand_augmented",
    "contract_augmented",
    "remove_dead_code",
    "remove_redundant_else",
    "introduce_temporary",
    "remove_temporary",
    "reorder_statements",
    "add_annotation",
    "remove_annotation",
    "normalise_docstring",
    # mutations of expressions
    "swap_operands",
    "drop_operand",
    "add_one",
    "subtract_one",
    "change_sign",
    "break_chain",
    "force_condition",
    "swap_ternary",
    "change_string",
    "empty_container",
    "replace_with_none",
    "wrong_literal",
    "shift_slice",
    "drop_slice_bound",
    # mutations of calls and names
    "swap_arguments",
    "drop_argument",
    "none_argument",
    "unwrap_call",
    "wrap_call",
    "swap_builtin",
    "swap_method",
    "wrong_attribute",
    "wrong_function",
    "wrong_variable",
    "wrong_index",
    "rename_keyword_argument",
    "drop_await",
    # mutations of statements and definitions
    "remove_statement",
    "remove_assignment",
    "remove_loop",
    "remove_condition",
    "remove_else",
    "remove_try",
    "remove_with",
    "remove_return",
    "remove_raise",
    "shuffle_statements",
    "swap_branches",
    "swap_break_continue",
    "skip_loop",
    "assign_augmented",
    "augment_assignment",
    "change_default",
    "remove_default",
    "change_exception",
    "remove_decorator",
    "remove_base",
    "remove_method",
    "change_lambda",
    "change_constant",
    "indent_statement",
    "dedent_statement",
    "drop_case",
    "shuffle_methods",
)
_NUMBERS = {name: number for number, name in enumerate(OPERATOR_IDS)}
NONE, SUBMIT = 0, 1
THIRD_PARTY_BASE = 1024
OPERATOR_ID_LIMIT = 2048
"""Every operator id is below this; the size of an embedding table over them."""


def operator_id(name: str) -> int:
    """Return the id of an operator by canonical name (third parties' names are hashed)."""
    if name in _NUMBERS:
        return _NUMBERS[name]
    return THIRD_PARTY_BASE + zlib.crc32(name.encode()) % THIRD_PARTY_BASE
