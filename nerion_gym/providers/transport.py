"""Questions and answers in JSON over HTTP, patient with servers that are busy or cut off.

The standard library's client is enough (decision 14). It follows no redirect, so a key cannot
be led to another host, and asks a server on this machine without a proxy.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.providers.endpoint import Endpoint

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses of a server that may answer later."""
REFUSED = frozenset({401, 403})
LARGEST_ANSWER = 64 << 20
PIECE = 1 << 16
SHOWN = 200
"""Characters of a server's complaint that an error shows."""


@dataclass(frozen=True)
class Patience:
    """How often and how long a question is asked again.

    Attributes:
        attempts: in all.
        first_wait: seconds before the second; each wait is twice the one before.
        longest_wait: seconds, also where the server asks for more (`Retry-After`).
    """

    attempts: int = 6
    first_wait: float = 0.5
    longest_wait: float = 60.0


class LaterError(Exception):
    """This attempt failed and the next may not.

    Args:
        why: what happened.
        wait: seconds that the server asked for.
    """

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


class Transport:
    """Asks one server.

    Args:
        endpoint: the server.
        patience: with it.
        sleep: waits so many seconds; tests put their own here.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint = endpoint
        self._patience = patience or Patience()
        self._sleep = sleep
        self._opener = urllib.request.OpenerDirector()
        # Neither redirects nor errors are handled here: every status comes back as an answer.
        for handler in (
            urllib.request.ProxyHandler({} if endpoint.local else None),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
        ):
            self._opener.add_handler(handler)

    def post(self, path: str, question: Any) -> Any:
        """Return the JSON that a server answers.

        Args:
            path: behind the base URL, "/embeddings".
            question: JSON data.

        Raises:
            ProviderError: no answer after all attempts, a refusal, or no JSON.
        """
        body = json.dumps(question).encode()
        return parsed(self._patiently(path, body), self._where(path))

    def _patiently(self, path: str, body: bytes) -> bytes:
        wait, patience = self._patience.first_wait, self._patience
        for attempt in range(1, patience.attempts + 1):
            try:
                return self._attempt(path, body)
            except LaterError as error:
                if attempt == patience.attempts:
                    msg = f"{self._where(path)}: {error}; given up after {attempt} attempts"
                    raise ProviderError(msg) from error
                self._sleep(min(max(wait, error.wait), patience.longest_wait))
            wait *= 2
        msg = f"attempts={patience.attempts}: expected at least 1"
        raise ProviderError(msg)

    def _attempt(self, path: str, body: bytes) -> bytes:
        """Ask once.

        Raises:
            LaterError: it may work later.
            ProviderError: it will not.
        """
        request = urllib.request.Request(  # noqa: S310 - the endpoint takes http and https only
            self.endpoint.base_url + path, body, self.endpoint.headers(), method="POST"
        )
        try:
            with self._opener.open(request, timeout=self.endpoint.timeout) as answer:
                self._require_good(answer, path)
                return self._read(answer)
        except urllib.error.URLError as error:
            raise self._unreached(error.reason, path) from error
        except TimeoutError as error:
            msg = f"no answer in {self.endpoint.timeout:g} s"
            raise LaterError(msg) from error
        except (OSError, http.client.HTTPException) as error:
            msg = f"the connection was cut off ({type(error).__name__})"
            raise LaterError(msg) from error

    def _unreached(self, reason: object, path: str) -> Exception:
        """Return what to raise where no connection came about."""
        if isinstance(reason, TimeoutError):
            return LaterError(f"no connection in {self.endpoint.timeout:g} s")
        if isinstance(reason, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
            return LaterError(f"the connection was cut off ({type(reason).__name__})")
        # Nothing listens there, no such host, a certificate that is not trusted: waiting is vain.
        return ProviderError(f"{self._where(path)}: cannot be reached ({reason}); does it run?")

    def _require_good(self, answer: http.client.HTTPResponse, path: str) -> None:
        status = answer.status
        if status == http.HTTPStatus.OK:
            return
        if status in REFUSED:
            # The server may repeat the key in its complaint: nothing of that is shown.
            msg = f"{self._where(path)}: HTTP {status}, the key was refused or is missing"
            raise ProviderError(msg)
        complaint = self.endpoint.censored(complaint_in(self._read(answer)))
        said = f"HTTP {status}" + (f" ({complaint[:SHOWN]})" if complaint else "")
        if status in AGAIN:
            raise LaterError(said, asked_wait(answer.headers.get("Retry-After", "")))
        raise ProviderError(f"{self._where(path)}: {said}; are address and model right?")

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        """Read an answer's body, with a bound on its time and size.

        Raises:
            LaterError: it was cut off, or took too long.
            ProviderError: it is too long.
        """
        deadline = time.monotonic() + self.endpoint.timeout
        pieces, size = [], 0
        while piece := answer.read1(PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST_ANSWER:
                msg = f"{self.endpoint.base_url}: an answer of over {LARGEST_ANSWER >> 20} MiB"
                raise ProviderError(msg)
            if time.monotonic() > deadline:
                msg = f"half an answer in {self.endpoint.timeout:g} s"
                raise LaterError(msg)
        promised = answer.headers.get("Content-Length", "")
        if promised.isdecimal() and size < int(promised):
            msg = f"the connection was cut off ({size} of {promised} bytes)"
            raise LaterError(msg)
        return b"".join(pieces)

    def _where(self, path: str) -> str:
        return f"{self.endpoint.base_url}{path} (model {self.endpoint.model})"


def parsed(raw: bytes, where: str) -> Any:
    """Return JSON data.

    Raises:
        ProviderError: it is none.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        msg = f"{where}: the answer is not JSON ({type(error).__name__}); is it the right address?"
        raise ProviderError(msg) from error


def complaint_in(raw: bytes) -> str:
    """Return what a server says of an error, on one line: its message, else its text."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    found = data.get("error", data) if isinstance(data, dict) else None
    if isinstance(found, dict):
        found = found.get("message")
    text = found if isinstance(found, str) else raw[: 100 * SHOWN].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def asked_wait(text: str) -> float:
    """Return the seconds that a `Retry-After` asks for, 0 where it cannot be read."""
    if re.fullmatch(r"\d{1,9}(\.\d{0,9})?", text.strip()):
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
