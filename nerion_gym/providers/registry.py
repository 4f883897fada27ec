"""Every provider by name, as strings: nothing of one is loaded before it is used.

A row says what a provider can do: ability -> entry point of a class with `configured(environ)`.
`embed` is the only ability so far; `complete` gets its place in the same rows.
"""

from __future__ import annotations

import difflib
import importlib
import os
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import ConfigError
from nerion_gym.providers.cache import CachedEmbedder, cache_path

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVIDERS: dict[str, dict[str, str]] = {
    "hash": {"embed": "nerion_gym.providers.offline:HashEmbedder"},
    "minilm": {"embed": "policies.semantics:MiniLM"},
    "openai": {"embed": "nerion_gym.providers.client:ClientEmbedder"},
}
NAMES = tuple(PROVIDERS)
DEFAULT = "hash"
"""Works everywhere, without network or weights."""
VARIABLE = "NERION_SEMANTIC_PROVIDER"


def chosen(environ: Mapping[str, str] | None = None, default: str = DEFAULT) -> str:
    """Return the provider that the environment names.

    Args:
        environ: variables; those of the process by default.
        default: where `NERION_SEMANTIC_PROVIDER` is not set, or empty.

    Raises:
        ConfigError: it names none that there is.
    """
    given = (os.environ if environ is None else environ).get(VARIABLE, "").strip()
    return require(given, VARIABLE) if given else default


def require(name: str, where: str) -> str:
    """Return a name that is in the registry.

    Raises:
        ConfigError: it is not.
    """
    if name not in PROVIDERS:
        near = difflib.get_close_matches(name.lower(), NAMES, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        msg = f"{where}={name!r}: no such provider{hint}; there are: {', '.join(NAMES)}"
        raise ConfigError(msg)
    return name


def load(name: str, ability: str, environ: Mapping[str, str]) -> Any:
    """Return a provider that can do something, configured by the environment.

    Raises:
        ConfigError: no such provider, it cannot do that, or its configuration is not complete.
    """
    row = PROVIDERS[require(name, "provider")]
    if ability not in row:
        able = ", ".join(other for other, abilities in PROVIDERS.items() if ability in abilities)
        msg = f"provider {name!r} cannot {ability}; of those that can, there are: {able or 'none'}"
        raise ConfigError(msg)
    module, _, attribute = row[ability].partition(":")
    return getattr(importlib.import_module(module), attribute).configured(environ)


def make_embedder(
    name: str | None = None, environ: Mapping[str, str] | None = None
) -> CachedEmbedder:
    """Return a provider of vectors behind the cache on disk.

    Args:
        name: one of `NAMES`; None: what the environment says, else "hash".
        environ: variables; those of the process by default.

    Raises:
        ConfigError: no such provider, or its configuration is not complete.
    """
    variables = os.environ if environ is None else environ
    inner = load(name or chosen(variables), "embed", variables)
    return CachedEmbedder(inner, cache_path(variables))
