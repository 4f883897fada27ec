"""A small part of Markdown to HTML: headings, paragraphs, lists, quotes, code and inline marks."""

import html
import re

HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)?")
BULLET = re.compile(r"[-*]\s+(.*)")
NUMBERED = re.compile(r"\d+[.)]\s+(.*)")
RULE = re.compile(r"(-{3,}|\*{3,})")
FENCE = "```"

INLINE = [
    (re.compile(r"!\[([^\]\"]*)\]\(([^)\s\"]+)\)"), r'<img src="\2" alt="\1">'),
    (re.compile(r"\[([^\]]+)\]\(([^)\s\"]+)\)"), r'<a href="\2">\1</a>'),
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*(.+?)\*"), r"<em>\1</em>"),
    (re.compile(r"~~(.+?)~~"), r"<del>\1</del>"),
]


def inline(text):
    """Marks inside a line; nothing is marked inside `code`."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    out = []
    for position, part in enumerate(parts):
        part = html.escape(part, quote=False)
        if position % 2:
            out.append(f"<code>{part}</code>")
            continue
        for pattern, replacement in INLINE:
            part = pattern.sub(replacement, part)
        out.append(part)
    return "".join(out)


def slug(title):
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)


class Converter:
    """Goes through the lines once; `block` is what is open at the moment."""

    def __init__(self, anchors=False):
        self.anchors = anchors
        self.out = []
        self.paragraph = []
        self.items = []
        self.list_tag = None
        self.headings = []

    def close(self):
        if self.paragraph:
            self.out.append(f"<p>{inline(' '.join(self.paragraph))}</p>")
            self.paragraph = []
        if self.items:
            inner = "".join(f"<li>{inline(item)}</li>" for item in self.items)
            self.out.append(f"<{self.list_tag}>{inner}</{self.list_tag}>")
            self.items = []
            self.list_tag = None

    def heading(self, level, title):
        self.close()
        self.headings.append((level, title))
        anchor = f' id="{slug(title)}"' if self.anchors else ""
        self.out.append(f"<h{level}{anchor}>{inline(title)}</h{level}>")

    def item(self, tag, text):
        if self.list_tag != tag:
            self.close()
        self.list_tag = tag
        self.items.append(text)

    def line(self, text):
        if found := HEADING.fullmatch(text):
            self.heading(len(found[1]), found[2])
        elif RULE.fullmatch(text):
            self.close()
            self.out.append("<hr>")
        elif found := BULLET.fullmatch(text):
            self.item("ul", found[1])
        elif found := NUMBERED.fullmatch(text):
            self.item("ol", found[1])
        elif not text:
            self.close()
        elif self.items:
            self.items[-1] += " " + text
        else:
            self.paragraph.append(text)

    def convert(self, source):
        lines = iter(source.splitlines())
        quoted = []
        for line in lines:
            stripped = line.strip()
            if stripped.startswith(">"):
                self.close()
                quoted.append(stripped[1:].removeprefix(" "))
                continue
            self.end_quote(quoted)
            if stripped.startswith(FENCE):
                self.close()
                self.code(stripped[len(FENCE) :], lines)
            else:
                self.line(stripped)
        self.end_quote(quoted)
        self.close()
        return "\n".join(self.out)

    def end_quote(self, quoted):
        if quoted:
            inner = Converter().convert("\n".join(quoted))
            self.out.append(f"<blockquote>{inner}</blockquote>")
            quoted.clear()

    def code(self, language, lines):
        """Take lines up to the closing fence, or all that are left."""
        kept = []
        for line in lines:
            if line.strip() == FENCE:
                break
            kept.append(html.escape(line, quote=False))
        mark = f' class="language-{language}"' if language else ""
        self.out.append(f"<pre><code{mark}>" + "\n".join(kept) + "</code></pre>")


def to_html(source, anchors=False):
    return Converter(anchors).convert(source)


def contents(source, deepest=3):
    """A nested list of the headings as Markdown."""
    converter = Converter()
    converter.convert(source)
    chosen = [(level, title) for level, title in converter.headings if level <= deepest]
    top = min((level for level, _ in chosen), default=1)
    return "\n".join(f"{'  ' * (level - top)}- [{title}](#{slug(title)})" for level, title in chosen)
