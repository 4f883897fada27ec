"""Words with weights, found by how they start."""

from dataclasses import dataclass, field


@dataclass
class Node:
    children: dict[str, "Node"] = field(default_factory=dict)
    weight: int = 0


class PrefixTrie:
    def __init__(self, words=()):
        self.root = Node()
        for word in words:
            self.add(word)

    def add(self, word, weight=1):
        node = self.root
        for letter in word:
            node = node.children.setdefault(letter, Node())
        node.weight += weight

    def _descend(self, prefix):
        node = self.root
        for letter in prefix:
            node = node.children.get(letter)
            if node is None:
                return None
        return node

    def __contains__(self, word):
        node = self._descend(word)
        return node is not None and node.weight > 0

    def remove(self, word):
        """Forget a word, and every branch that led nowhere else."""
        if word not in self:
            raise KeyError(word)
        path = [self.root]
        for letter in word:
            path.append(path[-1].children[letter])
        path[-1].weight = 0
        for depth in range(len(word), 0, -1):
            if path[depth].weight or path[depth].children:
                break
            del path[depth - 1].children[word[depth - 1]]

    def starting_with(self, prefix=""):
        """All (word, weight) below a prefix, alphabetically."""
        start = self._descend(prefix)
        if start is None:
            return
        stack = [(prefix, start)]
        while stack:
            word, node = stack.pop()
            if node.weight:
                yield word, node.weight
            for letter in sorted(node.children, reverse=True):
                stack.append((word + letter, node.children[letter]))

    def suggest(self, prefix, limit=3):
        found = sorted(self.starting_with(prefix), key=lambda pair: (-pair[1], pair[0]))
        return [word for word, _ in found[:limit]]

    def longest_prefix_of(self, text):
        """The longest known word that a text begins with; None if there is none."""
        node = self.root
        best = "" if node.weight else None
        for position, letter in enumerate(text, start=1):
            node = node.children.get(letter)
            if node is None:
                break
            if node.weight:
                best = text[:position]
        return best
