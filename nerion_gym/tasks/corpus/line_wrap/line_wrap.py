"""Wrapping and laying out text of one width per character."""

PARAGRAPH = "\n\n"


def words_of(text, width):
    """The words of a text; those that are wider than a line are broken."""
    for word in text.split():
        while len(word) > width:
            yield word[: width - 1] + "-"
            word = word[width - 1 :]
        yield word


def wrap(text, width=72, indent="", first_indent=None):
    """Fill lines greedily; returns them as a list."""
    if first_indent is None:
        first_indent = indent
    room = width - max(len(indent), len(first_indent))
    if room < 2:
        raise ValueError(f"width {width} leaves no room for text")
    lines = []
    line = ""
    for word in words_of(text, room):
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        lines.append(line)
    return [(indent if number else first_indent) + line for number, line in enumerate(lines)]


def fill(text, width=72, **options):
    """Wrap every paragraph by itself."""
    paragraphs = [part for part in text.split(PARAGRAPH) if part.strip()]
    return PARAGRAPH.join("\n".join(wrap(part, width, **options)) for part in paragraphs)


def bullets(items, width=72, mark="*"):
    lines = []
    for item in items:
        hanging = " " * (len(mark) + 1)
        lines += wrap(item, width, indent=hanging, first_indent=f"{mark} ")
    return "\n".join(lines)


def justify(line, width):
    """Widen the gaps of a line, the left ones first, until it is as wide as asked."""
    words = line.split()
    if len(words) < 2:
        return line
    spaces = width - sum(len(word) for word in words)
    gaps = len(words) - 1
    if spaces < gaps:
        return line
    share, extra = divmod(spaces, gaps)
    out = words[0]
    for number, word in enumerate(words[1:]):
        out += " " * (share + (1 if number < extra else 0)) + word
    return out


def align(lines, width, how="left"):
    match how:
        case "left":
            return [line.ljust(width) for line in lines]
        case "right":
            return [line.rjust(width) for line in lines]
        case "centre" | "center":
            return [line.center(width) for line in lines]
        case "both":
            body = [justify(line, width) for line in lines[:-1]]
            return body + list(lines[-1:])
    raise ValueError(f"cannot align text {how!r}")


def shorten(text, width, marker="..."):
    """Drop words from the end until the text fits on one line with a marker."""
    flat = " ".join(text.split())
    if len(flat) <= width:
        return flat
    room = width - len(marker)
    if room < 0:
        return marker[:width]
    cut = flat[: room + 1].rpartition(" ")[0]
    return (cut or flat[:room]).rstrip(" ,;:") + marker
