"""Templates such as `Dear {{ name | title }}, {% if n > 1 %}...{% end %}`."""

import re

PIECE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
CONDITION = re.compile(r"(not\s+)?([\w.]+)(?:\s*(==|!=|<|>)\s*(\S+))?$")
MISSING = object()


class TemplateError(Exception):
    """The template is not well formed, or asks for what is not there."""


# --- filters: first argument is the value, further ones stand behind a colon

def plural(count, one, many):
    return one if int(count) == 1 else many


def truncate(value, length="20"):
    text = str(value)
    limit = int(length)
    return text if len(text) <= limit else text[: limit - 1] + "…"


FILTERS = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "title": lambda value: str(value).title(),
    "join": lambda value, separator="": separator.join(map(str, value)),
    "default": lambda value, other: other if value in (None, "") else value,
    "fixed": lambda value, digits="2": f"{value:.{digits}f}",
    "count": len,
    "plural": plural,
    "truncate": truncate,
}


# --- nodes

class Text:
    def __init__(self, text):
        self.text = text

    def render(self, scope):
        return self.text


class Value:
    def __init__(self, source):
        path, *filters = (part.strip() for part in source.split("|"))
        self.path = path
        self.filters = []
        for one in filters:
            name, *arguments = (part.strip() for part in one.split(":"))
            if name not in FILTERS:
                raise TemplateError(f"unknown filter {name!r}")
            self.filters.append((FILTERS[name], arguments))

    def render(self, scope):
        optional = any(function is FILTERS["default"] for function, _ in self.filters)
        value = lookup(scope, self.path, None if optional else MISSING)
        for function, arguments in self.filters:
            value = function(value, *arguments)
        return "" if value is None else str(value)


class Block:
    def __init__(self):
        self.body = []
        self.otherwise = []

    def render_all(self, nodes, scope):
        return "".join(node.render(scope) for node in nodes)


class If(Block):
    def __init__(self, source):
        super().__init__()
        match = CONDITION.match(source)
        if match is None:
            raise TemplateError(f"cannot read condition {source!r}")
        self.negated = bool(match[1])
        self.path, self.operator, self.right = match[2], match[3], match[4]

    def holds(self, scope):
        value = lookup(scope, self.path, None)
        if self.operator is None:
            return bool(value) != self.negated
        right = int(self.right) if self.right.isdigit() else self.right.strip("'\"")
        numbers = isinstance(right, int) and isinstance(value, (int, float))
        result = {
            "==": value == right,
            "!=": value != right,
            "<": numbers and value < right,
            ">": numbers and value > right,
        }[self.operator]
        return result != self.negated

    def render(self, scope):
        return self.render_all(self.body if self.holds(scope) else self.otherwise, scope)


class For(Block):
    def __init__(self, source):
        super().__init__()
        name, separator, path = source.partition(" in ")
        if not separator:
            raise TemplateError(f"cannot read loop {source!r}")
        self.name, self.path = name.strip(), path.strip()

    def render(self, scope):
        items = list(lookup(scope, self.path, ()))
        if not items:
            return self.render_all(self.otherwise, scope)
        out = []
        for number, item in enumerate(items, 1):
            inner = {**scope, self.name: item, "number": number, "last": number == len(items)}
            out.append(self.render_all(self.body, inner))
        return "".join(out)


BLOCKS = {"if": If, "for": For}


def lookup(scope, path, default=MISSING):
    """Follow a dotted path through dictionaries, lists and attributes."""
    value = scope
    for key in path.split("."):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, (list, tuple)) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif not isinstance(value, dict) and hasattr(value, key):
            value = getattr(value, key)
        elif default is MISSING:
            raise TemplateError(f"nothing is called {path!r}")
        else:
            return default
    return value


def compile_template(source):
    root = Block()
    stack = [(root, root.body)]
    for piece in PIECE.split(source):
        block, target = stack[-1]
        if piece.startswith("{{"):
            target.append(Value(piece[2:-2].strip()))
        elif piece.startswith("{%"):
            word, _, rest = piece[2:-2].strip().partition(" ")
            if word in BLOCKS:
                inner = BLOCKS[word](rest.strip())
                target.append(inner)
                stack.append((inner, inner.body))
            elif word == "else" and len(stack) > 1:
                stack[-1] = (block, block.otherwise)
            elif word == "end" and len(stack) > 1:
                stack.pop()
            else:
                raise TemplateError(f"unexpected {word!r}")
        elif piece:
            target.append(Text(piece))
    if len(stack) > 1:
        raise TemplateError(f"{len(stack) - 1} blocks are not closed")
    return root


def render(source, **scope):
    root = compile_template(source)
    return root.render_all(root.body, scope)
