"""A server of vectors on the loopback, which does as it is told, request by request."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

DIMENSION = 8


def vector(text, dimension=DIMENSION):
    """Return the vector of a text, a list of numbers."""
    digest = hashlib.sha256(text.encode()).digest() * (1 + dimension // 32)
    return [byte / 255 - 0.5 for byte in digest[:dimension]]


def answer_for(texts, dimension=DIMENSION):
    """Return what a good server answers."""
    rows = enumerate(texts)
    data = [{"object": "embedding", "index": i, "embedding": vector(t, dimension)} for i, t in rows]
    return {"object": "list", "data": data, "model": "small", "usage": {"total_tokens": 1}}


class Handler(BaseHTTPRequestHandler):
    """Plays the next move of the server's script; without one it answers well."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.question = json.loads(raw)
        self.server.seen.append(self)
        with self.server.lock:
            move = self.server.script.pop(0) if self.server.script else good()
        move(self)

    def log_message(self, *_):
        pass

    def send(self, body, status=200, headers=None, reason=None):
        """Answer with bytes."""
        self.send_response(status, reason)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self):
        """Close the connection without a word more."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()


class Server(ThreadingHTTPServer):
    """Has `script`, moves to come, `seen`, the requests so far, and `over`, set at the end."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.seen = [], []
        self.lock, self.over = threading.Lock(), threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        """A client that hung up is no error of ours."""


@contextmanager
def serving(*script):
    """Serve in a thread."""
    server = Server()
    server.script += script
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


# --- moves --------------------------------------------------------------------------------------


def good(dimension=DIMENSION):
    """Answer with vectors."""
    return lambda h: h.send(json.dumps(answer_for(h.question["input"], dimension)).encode())


def says(body, status=200, **headers):
    """Answer with this."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda h: h.send(raw, status, named)


def changed(change):
    """Answer with vectors that were changed: `change` gets the answer and may return another."""

    def move(handler):
        answer = answer_for(handler.question["input"])
        other = change(answer)
        handler.send(json.dumps(answer if other is None else other).encode())

    return move


def silent(handler):
    """Hang up without an answer."""
    handler.hang_up()


def half(handler):
    """Promise a thousand bytes, send ten."""
    handler.send(b'{"data": [', headers={"Content-Length": "1000"})
    handler.hang_up()


def half_chunk(handler):
    """Hang up within a chunk."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b'40\r\n{"data": [')
    handler.hang_up()


def no_http(handler):
    """Answer with something else than HTTP."""
    handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    handler.hang_up()


def late(handler):
    """Answer when it is too late."""
    handler.server.over.wait(5)
    handler.hang_up()


def drips(handler):
    """Send a byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    try:
        while not handler.server.over.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        handler.close_connection = True


class Counting:
    """An embedder in memory that counts what it is asked.

    Args:
        model: its name.
        dimension: of its vectors.
    """

    def __init__(self, model="counting", dimension=DIMENSION):
        self.model, self.dimension, self.asked = model, dimension, []

    def embed(self, texts):
        self.asked.append(list(texts))
        return np.array([vector(text, self.dimension) for text in texts], np.float32)
