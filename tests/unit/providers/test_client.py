"""The client against a real server on the loopback that fails in every way we know."""

import json
import re
import time
from email.utils import formatdate

import numpy as np
import pytest

from nerion_gym.errors import ConfigError, ProviderError
from nerion_gym.providers import transport
from nerion_gym.providers.client import ClientEmbedder
from nerion_gym.providers.endpoint import Endpoint
from nerion_gym.providers.registry import make_embedder
from nerion_gym.providers.transport import Patience, Transport, asked_wait, complaint_in
from tests.support import models
from tests.support.models import changed, good, says, serving, vector

SECRET = "sk-nobody-may-see-this"  # noqa: S105 - made up
SHORT = 0.5
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def server():
    with serving() as running:
        yield running


class Client:
    """A client with what it slept."""

    def __init__(self, url, attempts=4, timeout=30.0, key=SECRET):
        self.slept = []
        endpoint = Endpoint(url, "small", key, timeout)
        self.transport = Transport(endpoint, Patience(attempts, 0.5, 60.0), self.slept.append)
        self.embed = ClientEmbedder(self.transport).embed


def expected(texts):
    return np.array([vector(text) for text in texts], np.float32)


def refusal(client, texts=("a", "b")):
    """Return the text of the error that a question ends with."""
    with pytest.raises(ProviderError) as caught:
        client.embed(list(texts))
    shown = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert SECRET not in shown
    return str(caught.value)


# --- what is asked, and what comes of it --------------------------------------------------------


def test_a_vector_per_text_in_their_order(server):
    texts = ["b", "a", "b", "total price"]
    found = Client(server.url).embed(texts)
    assert found.dtype == np.float32
    assert np.array_equal(found, expected(texts))
    (request,) = server.seen
    assert request.path == "/v1/embeddings"
    assert request.question == {"model": "small", "input": texts}
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert request.headers["Content-Type"] == "application/json"


def test_no_texts_ask_nothing(server):
    assert Client(server.url).embed([]).shape == (0, 0)
    assert server.seen == []


def test_many_texts_go_in_batches(server):
    texts = [f"name_{number}" for number in range(130)]
    assert np.array_equal(Client(server.url).embed(texts), expected(texts))
    assert [len(request.question["input"]) for request in server.seen] == [64, 64, 2]


def test_odd_texts_are_made_sendable(server):
    Client(server.url).embed(["", "a" * 5000, "x\ud800y", "Grüße"])
    assert server.seen[0].question["input"] == [" ", "a" * 4000, "x?y", "Grüße"]


def test_without_a_key_none_is_sent(server):
    Client(server.url, key=None).embed(["a"])
    assert server.seen[0].headers["Authorization"] is None


def test_answers_in_another_order_are_sorted(server):
    server.script += [changed(lambda answer: answer["data"].reverse())]
    assert np.array_equal(Client(server.url).embed(["a", "b", "c"]), expected(["a", "b", "c"]))


@pytest.mark.parametrize("index", [0, None, "all"])
def test_an_index_that_is_left_out_is_the_place(server, index):
    # Gemini leaves it out where it is 0; others leave it out altogether, or give null.
    def without(answer):
        for row in answer["data"]:
            if row["index"] == index or index == "all":
                del row["index"]
            elif index is None:
                row["index"] = None

    server.script += [changed(without)]
    assert np.array_equal(Client(server.url).embed(["a", "b"]), expected(["a", "b"]))


def test_a_server_on_this_machine_is_asked_without_the_proxy(server, monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9" if name != "NO_PROXY" else "")
    assert np.array_equal(Client(server.url).embed(["a"]), expected(["a"]))


# --- patience -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server, status):
    client = Client(server.url)
    server.script += [says({"error": {"message": "busy"}}, status)] * 2
    assert np.array_equal(client.embed(["a"]), expected(["a"]))
    assert client.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    ("asked", "slept"),
    [
        ("7", 7.0),
        ("0", 0.5),
        ("2.5", 2.5),
        ("99999", 60.0),
        ("soon", 0.5),
        ("-3", 0.5),
        ("nan", 0.5),
    ],
)
def test_retry_after_is_obeyed_within_bounds(server, asked, slept):
    client = Client(server.url)
    server.script += [says({}, 429, Retry_After=asked)]
    client.embed(["a"])
    assert client.slept == [slept]


def test_retry_after_may_be_a_date():
    assert 25 < asked_wait(formatdate(time.time() + 30, usegmt=True)) <= 30
    assert asked_wait(formatdate(time.time() - 30, usegmt=True)) == 0.0


@pytest.mark.parametrize("move", [models.silent, models.half, models.half_chunk, models.no_http])
def test_what_is_cut_off_is_asked_again(server, move):
    client = Client(server.url)
    server.script += [move, good()]
    assert np.array_equal(client.embed(["a"]), expected(["a"]))
    assert client.slept == [0.5]


def test_what_comes_too_late_is_asked_again(server):
    client = Client(server.url, timeout=SHORT, attempts=10)
    server.script += [models.late, good()]
    assert np.array_equal(client.embed(["a"]), expected(["a"]))
    assert client.slept[0] == 0.5


@pytest.mark.parametrize(
    ("move", "why"),
    [
        (says({"error": {"message": "overloaded"}}, 503), r"HTTP 503 \(overloaded\)"),
        (models.silent, "cut off"),
        (models.half, "cut off .10 of 1000 bytes"),
        (models.late, r"no answer in 0.5 s"),
        (models.drips, r"half an answer in 0.5 s"),
    ],
)
def test_patience_ends(server, move, why):
    client = Client(server.url, attempts=3, timeout=SHORT if "0.5 s" in why else 30.0)
    server.script += [move] * 5
    text = refusal(client)
    assert f"{server.url}/embeddings (model small)" in text
    assert "given up after 3 attempts" in text
    assert re.search(why, text)
    assert client.slept == [0.5, 1.0]


def test_a_server_that_does_not_run_is_not_waited_for(server):
    client = Client("http://127.0.0.1:9/v1")
    assert "cannot be reached" in refusal(client)
    assert client.slept == []


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_shown(server, status):
    client = Client(server.url)
    server.script += [lambda h: h.send(SECRET.encode(), status, reason=f"Bad key {SECRET}")]
    assert f"HTTP {status}, the key was refused or is missing" in refusal(client)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": f"no model called small\n\x1b[31m(you sent {SECRET})"}},
        {"error": f"no model called small (you sent {SECRET})"},
        {"message": f"no model called small (you sent {SECRET})"},
        f"no model called small (you sent {SECRET})".encode(),
    ],
)
def test_a_complaint_is_shown_without_the_key(server, body):
    server.script += [says(body, 404)]
    text = refusal(Client(server.url))
    assert "HTTP 404 (no model called small" in text
    assert "(you sent ***)" in text
    assert text.isprintable()
    assert len(server.seen) == 1


def test_a_key_that_would_be_cut_is_not_shown_in_part(server):
    server.script += [says(b"x" * 190 + SECRET.encode(), 400)]
    assert SECRET[:6] not in refusal(Client(server.url))


def test_a_redirect_is_not_followed(server):
    with serving() as other:
        server.script += [
            says(b"", status, Location=f"{other.url}/embeddings") for status in (302, 307)
        ]
        assert "HTTP 302" in refusal(Client(server.url))
        assert "HTTP 307" in refusal(Client(server.url))
        assert other.seen == []


# --- rubbish ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"<html>Welcome</html>", b'{"data": [', b"\xff\xfe", b"[" * 200_000, b"{'a': 1}"]
)
def test_what_is_not_json(server, body):
    server.script += [says(body)]
    assert "not JSON" in refusal(Client(server.url))
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body",
    [None, 3, "text", [], {}, {"data": None}, {"data": {"0": []}}, {"error": {"message": "x"}}],
)
def test_an_answer_without_data(server, body):
    server.script += [says(body)]
    assert "without the list 'data'" in refusal(Client(server.url))


def put(value, row=0):
    """Return a change that puts something in an embedding's place."""
    return lambda answer: answer["data"][row].update(embedding=value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda answer: {"data": answer["data"][:1]}, "1 vectors for 2 texts"),
        (lambda answer: answer["data"].append(answer["data"][0]), "3 vectors for 2 texts"),
        (lambda answer: {"data": [1, "x"]}, "not a list of numbers"),
        (lambda answer: answer["data"][0].update(index=1), "'index'"),
        (lambda answer: answer["data"][0].update(index=-1), "'index'"),
        (lambda answer: answer["data"][0].update(index=True), "'index'"),
        (lambda answer: answer["data"][0].update(index="0"), "'index'"),
        (lambda answer: answer["data"][1].update(index=2), "'index'"),
        (put("AAAA"), r"'embedding' \(str\) that is not a list of numbers"),
        (put(["0.5"] * 8), "not a list of numbers"),
        (put([None] * 8), "not a list of numbers"),
        (put([True] * 8), "not a list of numbers"),
        (put([[0.5]] * 8), "not a list of numbers"),
        (put([0.5] * 7), r"vectors of \[7, 8\] numbers"),
        (put([float("nan")] * 8), "not finite"),
        (put([float("inf")] + [0.0] * 7), "not finite"),
        (put([1e300] + [0.0] * 7), "not finite"),
        (put([10**400] + [0.0] * 7), "do not consist of numbers"),
    ],
)
def test_an_answer_of_wrong_shape(server, change, why):
    server.script += [changed(change)]
    with pytest.raises(ProviderError, match=why):
        Client(server.url).embed(["a", "b"])
    assert len(server.seen) == 1


def test_vectors_of_no_numbers(server):
    server.script += [says({"data": [{"index": i, "embedding": []} for i in range(2)]})]
    assert "vectors of [0] numbers" in refusal(Client(server.url))


def test_a_changing_dimension(server):
    server.script += [good(8), good(16)]
    text = refusal(Client(server.url), [str(number) for number in range(70)])
    assert "vectors of [8, 16] numbers" in text


def test_an_endless_answer(server, monkeypatch):
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 1000)
    server.script += [says(b" " * 5000)]
    assert "an answer of over" in refusal(Client(server.url))


@pytest.mark.pure
def test_complaints_are_one_line_of_printable_text():
    assert complaint_in(b'{"error": {"message": "a\\n\\u0007b"}}') == "a b"
    assert complaint_in(b"[1]") == "[1]"
    assert complaint_in(b'{"error": {"code": 3}}') == '{"error": {"code": 3}}'
    assert complaint_in(b"") == ""
    assert complaint_in(b"[" * 200_000).startswith("[[[")


# --- configuration ------------------------------------------------------------------------------


def configured(**variables):
    """Return the endpoint of an environment; `url` for NERION_PROVIDER_BASE_URL and so on."""
    names = {"url": "BASE_URL", "model": "MODEL", "key": "KEY", "timeout": "TIMEOUT"}
    environ = {f"NERION_PROVIDER_{names[n]}": v for n, v in variables.items() if n in names}
    return Endpoint.configured(environ | {n: v for n, v in variables.items() if n not in names})


@pytest.mark.pure
def test_openai_is_the_default_and_takes_either_key():
    found = configured(OPENAI_API_KEY=f" {SECRET}\n")
    assert found.base_url == "https://api.openai.com/v1"
    assert (found.model, found.key, found.timeout) == ("text-embedding-3-small", SECRET, 60.0)
    assert configured(OPENAI_API_KEY="other", key=SECRET).key == SECRET
    with pytest.raises(ConfigError, match="NERION_PROVIDER_KEY or OPENAI_API_KEY"):
        configured()


@pytest.mark.pure
@pytest.mark.parametrize("url", ["http://gpu-box:8000/v1", "https://api.openai.com.example/v1"])
def test_openais_key_goes_to_openai_only(url):
    assert configured(url=url, model="m", OPENAI_API_KEY=SECRET).key is None
    with pytest.raises(ConfigError, match="wants a key"):
        configured(url="http://api.openai.com/v1", OPENAI_API_KEY=SECRET)


@pytest.mark.pure
def test_other_servers_need_a_model_and_no_key():
    found = configured(url="http://localhost:11434/v1/", model="nomic-embed-text", timeout="5")
    assert found == Endpoint("http://localhost:11434/v1", "nomic-embed-text", None, 5.0)
    assert found.name == "nomic-embed-text@http://localhost:11434/v1"
    assert found.local
    assert not configured(url="http://10.0.0.1/v1", model="m").local
    assert configured(url="http://[::1]:80/v1", model="m").local
    with pytest.raises(ConfigError, match="NERION_PROVIDER_MODEL"):
        configured(url="http://localhost:11434/v1")


@pytest.mark.pure
@pytest.mark.parametrize(
    "variables",
    [
        {"url": f"https://me:{SECRET}@host/v1"},
        {"url": f"https://{SECRET}@host/v1"},
        {"url": f"https://host/v1?key={SECRET}"},
        {"url": f"https://host/v1#{SECRET}"},
        {"url": SECRET},
        {"url": f"ftp://{SECRET}/v1"},
        {"url": f"http:///{SECRET}"},
        {"url": f"http://host:{SECRET}/v1"},
        {"url": f"http://host/{SECRET}\x00"},
        {"url": f"http://[{SECRET}/v1"},
        {"url": "http://host/v1", "key": f"{SECRET}\nHost: evil"},
        {"url": "http://host/v1", "key": f"{SECRET} {SECRET}"},
        {"url": "http://host/v1", "key": f"{SECRET}é"},
        {"OPENAI_API_KEY": f"{SECRET}\r\nX: y"},
    ],
)
def test_wrong_settings_are_refused_without_showing_a_secret(variables):
    with pytest.raises(ConfigError, match=r"NERION_PROVIDER|OPENAI_API_KEY") as caught:
        configured(**{"model": "m", **variables})
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.pure
@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf", "soon"])
def test_a_timeout_is_a_number_above_0(timeout):
    with pytest.raises(ConfigError, match="NERION_PROVIDER_TIMEOUT"):
        configured(url="http://host/v1", model="m", timeout=timeout)


@pytest.mark.pure
def test_the_key_is_in_no_repr():
    endpoint = configured(url="http://host/v1", model="m", key=SECRET)
    client = ClientEmbedder(Transport(endpoint))
    for thing in (endpoint, client, client.model, vars(client)):
        assert SECRET not in repr(thing)


def test_from_the_environment_to_vectors_kept_on_disk(server, tmp_path):
    environ = {
        "NERION_PROVIDER_BASE_URL": server.url,
        "NERION_PROVIDER_MODEL": "small",
        "NERION_PROVIDER_KEY": SECRET,
        "NERION_CACHE": str(tmp_path / "cache.sqlite"),
    }
    for _ in range(2):
        embedder = make_embedder("openai", environ)
        assert np.array_equal(embedder.embed(["a", "b"]), expected(["a", "b"]))
        assert embedder.model == f"small@{server.url}"
        embedder.close()
    assert len(server.seen) == 1
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert SECRET.encode() not in kept


def test_json_of_other_servers_is_read(server):
    # Integers as numbers, fields that we do not know, and no `object`.
    body = {"data": [{"embedding": [1, 0, -1], "extra": 1}], "usage": None}
    server.script += [says(json.dumps(body).encode(), Content_Type="text/plain")]
    assert Client(server.url).embed(["a"]).tolist() == [[1.0, 0.0, -1.0]]
