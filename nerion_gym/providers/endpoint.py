"""Where a model is served, under which name and with which key: from the environment alone.

The key is in no message, `repr`, manifest or log, and goes to no host that it was not meant for.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

URL, MODEL = "NERION_PROVIDER_BASE_URL", "NERION_PROVIDER_MODEL"
KEY, TIMEOUT = "NERION_PROVIDER_KEY", "NERION_PROVIDER_TIMEOUT"
OPENAI_KEY = "OPENAI_API_KEY"
OPENAI_HOST = "api.openai.com"
OPENAI_URL = f"https://{OPENAI_HOST}/v1"
OPENAI_MODEL = "text-embedding-3-small"
TIMEOUT_SECONDS = 60.0
"""A local server loads its model at the first question."""


@dataclass(frozen=True)
class Endpoint:
    """A server that speaks OpenAI's protocol.

    Attributes:
        base_url: without a slash at the end; "/embeddings" is put behind it.
        model: the server's name for the model.
        key: sent as a bearer token; None: nothing is sent.
        timeout: seconds that connecting, and then reading the answer, may take.
    """

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout: float = TIMEOUT_SECONDS

    @classmethod
    def configured(cls, environ: Mapping[str, str]) -> Endpoint:
        """Read the variables that `docs/semantics.md` lists.

        Raises:
            ConfigError: one is missing or cannot be right.
        """
        url = environ.get(URL, "").strip().rstrip("/") or OPENAI_URL
        parts = checked_url(url)
        ours = parts.hostname == OPENAI_HOST
        model = environ.get(MODEL, "").strip() or (OPENAI_MODEL if ours else "")
        if not model or not model.isprintable():
            msg = f"{MODEL}: expected the name of an embedding model of {url}"
            raise ConfigError(msg)
        key = key_for(parts, environ)
        if ours and key is None:
            msg = (
                f"{url} wants a key: set {KEY} or {OPENAI_KEY}; for a server of your own set "
                f"{URL} and {MODEL}"
            )
            raise ConfigError(msg)
        return cls(url, model, key, seconds(environ.get(TIMEOUT, "")))

    @property
    def name(self) -> str:
        """Model and server: vectors of equal names can be compared."""
        return f"{self.model}@{self.base_url}"

    @property
    def local(self) -> bool:
        """Whether the server is on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def headers(self) -> dict[str, str]:
        """Return what is sent with every question."""
        sent = {"Content-Type": "application/json", "Accept": "application/json"}
        sent["User-Agent"] = "nerion-gym"
        return sent if self.key is None else sent | {"Authorization": f"Bearer {self.key}"}

    def censored(self, text: str) -> str:
        """Return a text of the server's without the key."""
        return text if self.key is None else text.replace(self.key, "***")


def checked_url(url: str) -> SplitResult:
    """Return the parts of a base URL. What is wrong with it is said without showing it.

    Raises:
        ConfigError: no http or https address, or one that holds a secret.
    """
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        port_is_right = False
    plain = url.isascii() and url.isprintable() and " " not in url
    if not (plain and port_is_right) or parts.scheme not in ("http", "https") or not parts.hostname:
        msg = f"{URL}: not an address; expected one like http://localhost:11434/v1"
        raise ConfigError(msg)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        msg = (
            f"{URL}: holds a user, a password, a query or a fragment; give the address alone and "
            f"the key in {KEY}: addresses are written into manifests"
        )
        raise ConfigError(msg)
    return parts


def key_for(parts: SplitResult, environ: Mapping[str, str]) -> str | None:
    """Return the key for a server, or None.

    `OPENAI_API_KEY` lies in many environments for other programs, so it goes to OpenAI alone.

    Raises:
        ConfigError: it cannot be a key.
    """
    name, key = KEY, environ.get(KEY, "").strip()
    if not key and parts.hostname == OPENAI_HOST and parts.scheme == "https":
        name, key = OPENAI_KEY, environ.get(OPENAI_KEY, "").strip()
    if not key:
        return None
    if not (key.isascii() and key.isprintable() and " " not in key):
        msg = f"{name}: not a key (spaces, control or other characters in it); copy it again"
        raise ConfigError(msg)
    return key


def seconds(text: str) -> float:
    """Return a time limit.

    Raises:
        ConfigError: it is no number above 0.
    """
    if not text.strip():
        return TIMEOUT_SECONDS
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        msg = f"{TIMEOUT}={text!r}: expected seconds, a number above 0"
        raise ConfigError(msg)
    return value
