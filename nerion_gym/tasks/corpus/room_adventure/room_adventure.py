"""A text adventure: rooms, doors that may be locked, things to carry."""

from collections import deque
from dataclasses import dataclass, field

OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east", "up": "down", "down": "up"}
SHORT = {name[0]: name for name in OPPOSITE}


class Oops(Exception):
    """Something the player cannot do; the message is shown."""


@dataclass
class Door:
    target: str
    key: str | None = None

    @property
    def locked(self):
        return self.key is not None


@dataclass
class Room:
    name: str
    text: str = ""
    dark: bool = False
    exits: dict[str, Door] = field(default_factory=dict)
    things: list[str] = field(default_factory=list)


class World:
    def __init__(self):
        self.rooms = {}

    def room(self, name, text="", *things, dark=False):
        self.rooms[name] = Room(name, text, dark, things=list(things))
        return self.rooms[name]

    def connect(self, start, direction, end, key=None):
        """Join two rooms in both directions."""
        self.rooms[start].exits[direction] = Door(end, key)
        self.rooms[end].exits[OPPOSITE[direction]] = Door(start, key)

    def route(self, start, goal, keys=()):
        """Shortest list of directions through doors that can be opened; None if there is none."""
        paths = {start: []}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if here == goal:
                return paths[here]
            for direction, door in self.rooms[here].exits.items():
                if door.target in paths or (door.locked and door.key not in keys):
                    continue
                paths[door.target] = paths[here] + [direction]
                queue.append(door.target)
        return None


class Game:
    LIMIT = 4

    def __init__(self, world, start, goal=None):
        self.world = world
        self.here = start
        self.goal = goal
        self.bag = []
        self.turns = 0
        self.visited = {start}

    @property
    def room(self):
        return self.world.rooms[self.here]

    @property
    def won(self):
        return self.goal is not None and self.here == self.goal

    @property
    def sees(self):
        return not self.room.dark or "lamp" in self.bag

    def look(self):
        if not self.sees:
            return "It is pitch dark."
        parts = [f"[{self.room.name}]"]
        if self.room.text:
            parts.append(self.room.text)
        if self.room.things:
            parts.append("You see " + listed(self.room.things) + ".")
        doors = [name + (" (locked)" if door.locked else "") for name, door in self.room.exits.items()]
        parts.append(f"Exits: {', '.join(sorted(doors)) or 'none'}.")
        return " ".join(parts)

    def go(self, direction):
        direction = SHORT.get(direction, direction)
        door = self.room.exits.get(direction)
        if door is None:
            raise Oops(f"There is no way {direction}.")
        if door.locked:
            raise Oops("The door is locked.")
        self.here = door.target
        self.visited.add(self.here)
        return self.look()

    def unlock(self, direction):
        direction = SHORT.get(direction, direction)
        door = self.room.exits.get(direction)
        if door is None or not door.locked:
            raise Oops("There is nothing to unlock.")
        if door.key not in self.bag:
            raise Oops(f"You need the {door.key}.")
        self.world.rooms[door.target].exits[OPPOSITE[direction]].key = None
        door.key = None
        return "Click."

    def take(self, thing):
        if not self.sees:
            raise Oops("You fumble around in the dark.")
        if thing not in self.room.things:
            raise Oops(f"There is no {thing} here.")
        if len(self.bag) >= self.LIMIT:
            raise Oops("Your bag is full.")
        self.room.things.remove(thing)
        self.bag.append(thing)
        return f"You take the {thing}."

    def drop(self, thing):
        if thing not in self.bag:
            raise Oops(f"You have no {thing}.")
        self.bag.remove(thing)
        self.room.things.append(thing)
        return f"You drop the {thing}."

    def command(self, line):
        """Do what a line says and return what the player reads."""
        match line.lower().split():
            case []:
                return "Pardon?"
            case ["look" | "l"]:
                action, argument = Game.look, ()
            case ["bag" | "inventory"]:
                return f"You carry {listed(self.bag)}."
            case [("go" | "unlock" | "take" | "drop") as verb, word]:
                action, argument = getattr(Game, verb), (word,)
            case [word] if word in OPPOSITE or word in SHORT:
                action, argument = Game.go, (word,)
            case [verb, *_]:
                return f"I do not know how to {verb}."
        try:
            text = action(self, *argument)
        except Oops as oops:
            return str(oops)
        self.turns += 1
        return text + (f" You made it in {self.turns} turns!" if self.won else "")


def listed(things):
    if not things:
        return "nothing"
    *most, last = [f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}" for thing in things]
    return f"{', '.join(most)} and {last}" if most else last
