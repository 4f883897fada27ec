"""In which order to build things that need one another."""


class CycleError(Exception):
    def __init__(self, path):
        super().__init__("cycle: " + " -> ".join(path))
        self.path = path


def build_order(needs):
    """Names so that what a target needs stands before it; needs: {target: [names]}."""
    order = []
    state = {}

    def visit(name, trail):
        if state.get(name) == "done":
            return
        if state.get(name) == "open":
            raise CycleError([*trail[trail.index(name):], name])
        state[name] = "open"
        for other in sorted(needs.get(name, ())):
            visit(other, [*trail, name])
        state[name] = "done"
        order.append(name)

    for target in sorted(needs):
        visit(target, [])
    return order


def stages(needs):
    """The same in groups whose members can be built at the same time."""
    depth = {}
    for name in build_order(needs):
        below = [depth[other] for other in needs.get(name, ())]
        depth[name] = max(below, default=-1) + 1
    count = max(depth.values(), default=-1) + 1
    return [[name for name in depth if depth[name] == level] for level in range(count)]
