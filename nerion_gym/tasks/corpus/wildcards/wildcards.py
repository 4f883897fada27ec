"""Shell patterns: * and ? stay within a path segment, ** does not, [a-z] and {x,y}."""


def expand(pattern):
    """All patterns that one with {a,b} stands for; braces may be nested."""
    start = pattern.find("{")
    if start < 0:
        return [pattern]
    depth, cuts = 0, [start]
    for place in range(start, len(pattern)):
        char = pattern[place]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                break
        elif char == "," and depth == 1:
            cuts.append(place)
    else:
        return [pattern]
    cuts.append(place)
    head, tail = pattern[:start], pattern[place + 1 :]
    found = []
    for left, right in zip(cuts, cuts[1:]):
        found += expand(head + pattern[left + 1 : right] + tail)
    return found


def in_class(char, body):
    negated = body.startswith("!")
    body = body[1:] if negated else body
    inside = False
    while body:
        if len(body) >= 3 and body[1] == "-":
            inside = inside or body[0] <= char <= body[2]
            body = body[3:]
        else:
            inside = inside or body[0] == char
            body = body[1:]
    return inside != negated


def _match(pattern, text):
    if not pattern:
        return not text
    if pattern.startswith("**"):
        rest = pattern[2:].removeprefix("/")
        return any(_match(rest, text[n:]) for n in range(len(text) + 1))
    head = pattern[0]
    if head == "*":
        length = len(text.partition("/")[0])
        return any(_match(pattern[1:], text[n:]) for n in range(length + 1))
    if not text:
        return False
    if head == "[" and "]" in pattern[2:]:
        end = pattern.index("]", 2)
        fits = text[0] != "/" and in_class(text[0], pattern[1:end])
        return fits and _match(pattern[end + 1 :], text[1:])
    if head == text[0] or (head == "?" and text[0] != "/"):
        return _match(pattern[1:], text[1:])
    return False


def matches(pattern, path):
    return any(_match(one, path) for one in expand(pattern))


def select(paths, include=("**",), exclude=()):
    return [
        path
        for path in paths
        if any(matches(p, path) for p in include) and not any(matches(p, path) for p in exclude)
    ]
