from collections import deque


def neighbours_of(edges):
    """Adjacency sets of an undirected graph given as pairs; a lone name is a node, too."""
    graph = {}
    for edge in edges:
        match edge:
            case (a, b):
                graph.setdefault(a, set()).add(b)
                graph.setdefault(b, set()).add(a)
            case str(name):
                graph.setdefault(name, set())
            case _:
                raise TypeError(f"neither an edge nor a node: {edge!r}")
    return graph


def walk(graph, start):
    """Yield (node, steps from the start), near ones first."""
    steps = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        yield node, steps[node]
        for other in sorted(graph[node] - steps.keys()):
            steps[other] = steps[node] + 1
            queue.append(other)


def islands(graph):
    """Connected components, the biggest first."""
    seen = set()
    found = []
    for node in sorted(graph):
        if node not in seen:
            island = [other for other, _ in walk(graph, node)]
            seen.update(island)
            found.append(sorted(island))
    return sorted(found, key=lambda island: (-len(island), island))


def two_teams(graph):
    """Split nodes so that no edge stays within a team; None if an odd circle forbids it."""
    team = {}
    for island in islands(graph):
        team.update((node, steps % 2) for node, steps in walk(graph, island[0]))
    if any(team[node] == team[other] for node in graph for other in graph[node]):
        return None
    return tuple(sorted(node for node in team if team[node] == side) for side in (0, 1))
