import string

SAFE = string.ascii_letters + string.digits + "-._~"


def quote(text):
    """Percent-encode all but the unreserved characters; a space becomes a plus."""
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in SAFE:
            out.append(char)
        else:
            out.append("+" if char == " " else f"%{byte:02X}")
    return "".join(out)


def unquote(text):
    first, *rest = text.replace("+", " ").split("%")
    raw = first.encode("utf-8")
    for chunk in rest:
        code, tail = chunk[:2], chunk[2:]
        if len(code) == 2 and all(c in string.hexdigits for c in code):
            raw += bytes([int(code, 16)]) + tail.encode("utf-8")
        else:
            raw += b"%" + chunk.encode("utf-8")
    return raw.decode("utf-8", errors="replace")


def parse(query, keep_blank=False):
    """Return {name: [values]} for a query with or without its question mark."""
    found = {}
    for pair in query.lstrip("?").split("&"):
        name, _, value = pair.partition("=")
        if not name or (not value and not keep_blank):
            continue
        found.setdefault(unquote(name), []).append(unquote(value))
    return found


def build(params):
    pairs = []
    for name, values in params.items():
        if isinstance(values, str):
            values = [values]
        pairs += [f"{quote(name)}={quote(value)}" for value in values]
    return "&".join(pairs)
