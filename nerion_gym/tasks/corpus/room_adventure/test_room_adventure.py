"""Strength: fair. Up and down, a full bag and most of what is said when things fail are left open."""
import pytest
from room_adventure import Game, Oops, World, listed


@pytest.fixture
def world():
    world = World()
    world.room("hall", "Dusty.", "lamp", "apple")
    world.room("cellar", "", "key", dark=True)
    world.room("garden", "Roses.")
    world.room("tower")
    world.connect("hall", "down", "cellar")
    world.connect("hall", "north", "garden", key="key")
    world.connect("garden", "east", "tower")
    return world


@pytest.fixture
def game(world):
    return Game(world, "hall", goal="garden")


def test_look(game):
    assert game.look() == "[hall] Dusty. You see a lamp and an apple. Exits: down, north (locked)."


def test_walking(game):
    game.go("down")
    assert game.here == "cellar"
    assert game.visited == {"hall", "cellar"}
    game.go("u")
    assert game.here == "hall"


def test_no_way(game):
    with pytest.raises(Oops, match="no way west"):
        game.go("w")


def test_locked_door(game):
    with pytest.raises(Oops, match="locked"):
        game.go("north")
    with pytest.raises(Oops, match="You need the key"):
        game.unlock("north")
    assert game.here == "hall"


def test_unlocking_opens_both_sides(game, world):
    game.bag.append("key")
    assert game.unlock("n") == "Click."
    assert not world.rooms["garden"].exits["south"].locked
    assert "Roses" in game.go("n")


def test_dark_rooms_need_a_lamp(game):
    game.go("down")
    assert game.look() == "It is pitch dark."
    with pytest.raises(Oops):
        game.take("key")
    game.go("up")
    game.take("lamp")
    assert "a key" in game.go("down")


def test_take_and_drop(game):
    game.take("apple")
    assert game.bag == ["apple"]
    assert "apple" not in game.room.things
    game.drop("apple")
    assert game.bag == []
    assert "apple" in game.room.things


def test_take_what_is_not_here(game):
    with pytest.raises(Oops):
        game.take("sword")
    with pytest.raises(Oops):
        game.drop("sword")


def test_whole_game(game):
    for line in ["take lamp", "d", "take key", "up", "Unlock north"]:
        game.command(line)
    assert game.command("go north").endswith("You made it in 6 turns!")
    assert game.won


def test_commands_that_fail_take_no_turn(game):
    assert game.command("north") == "The door is locked."
    assert game.command("dance wildly") == "I do not know how to dance."
    assert game.command("") == "Pardon?"
    assert game.turns == 0


def test_bag(game):
    assert game.command("bag") == "You carry nothing."
    game.command("take lamp")
    assert game.command("inventory") == "You carry a lamp."


def test_route(world):
    assert world.route("cellar", "tower", keys=["key"]) == ["up", "north", "east"]
    assert world.route("cellar", "tower") is None
    assert world.route("hall", "hall") == []


def test_listed():
    assert listed(["axe", "rope", "egg"]) == "an axe, a rope and an egg"
