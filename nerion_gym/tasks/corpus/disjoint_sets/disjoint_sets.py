"""Union-find over any hashable things."""

from collections import defaultdict


class DisjointSets:
    def __init__(self, members=()):
        self.parent = {}
        self.weight = {}
        self.count = 0
        for member in members:
            self.add(member)

    def add(self, member):
        if member in self.parent:
            return False
        self.parent[member] = member
        self.weight[member] = 1
        self.count += 1
        return True

    def find(self, member):
        """The representative of a member's set; shortens the way for the next caller."""
        root = member
        while self.parent[root] != root:
            root = self.parent[root]
        while member != root:
            self.parent[member], member = root, self.parent[member]
        return root

    def union(self, left, right):
        """Join two sets, adding members nobody knew; tells whether they were apart."""
        self.add(left)
        self.add(right)
        big, small = self.find(left), self.find(right)
        if big == small:
            return False
        if self.weight[big] < self.weight[small]:
            big, small = small, big
        self.parent[small] = big
        self.weight[big] += self.weight.pop(small)
        self.count -= 1
        return True

    def together(self, left, right):
        known = left in self.parent and right in self.parent
        return known and self.find(left) == self.find(right)

    def groups(self):
        found = defaultdict(list)
        for member in self.parent:
            found[self.find(member)].append(member)
        return sorted(found.values(), key=len, reverse=True)
