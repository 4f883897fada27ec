"""Snapshots: equal values made again, without running the program's code, and no reference kept."""

import array
import collections
import datetime
import decimal
import fractions
import functools
import gc
import hashlib
import io
import operator
import pathlib
import queue
import random  # noqa: TID251 - one is looked at
import re
import threading
import weakref

import pytest

from nerion_gym.execution.tracing import described
from nerion_gym.execution.tracing.described import UnrecordableError
from nerion_gym.execution.tracing.rebuilt import fingerprint, is_blind, rebuilt
from nerion_gym.execution.tracing.recipes import (
    MOST_BYTES,
    TooBigError,
    is_pinned,
    pin,
    snapshot,
)

pytestmark = pytest.mark.pure
RAN = []


class Plain:
    def __init__(self, value):
        RAN.append("init")
        self.value = value

    def method(self):
        return self.value


class Slotted:
    __slots__ = ("empty", "held")

    def __init__(self, held):
        self.held = held


class Loud:
    """Every special method that a look could call."""

    def __getattribute__(self, name):
        RAN.append(f"get {name}")
        return object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        RAN.append(f"set {name}")
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        RAN.append("eq")
        return True

    def __hash__(self):
        RAN.append("hash")
        return 1

    def __repr__(self):
        RAN.append("repr")
        return "loud"

    def __reduce_ex__(self, version):
        RAN.append("reduce")
        return Loud, ()

    def __len__(self):
        RAN.append("len")
        return 0


class Key:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)


class Table(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.note = [1]

    def __setitem__(self, key, value):
        RAN.append("setitem")
        super().__setitem__(key, value)


class OddError(ValueError):
    def __init__(self, text, code):
        super().__init__(text)
        self.code = code


class Zone(datetime.tzinfo):
    def __repr__(self):
        RAN.append("repr")
        return "zone"

    def utcoffset(self, _time):
        RAN.append("offset")
        return datetime.timedelta(0)


NOON = datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.UTC)
Pair = collections.namedtuple("Pair", "left right")


class Shout(str):
    volume = 0


def module_level(value):
    return value


def again(value):
    """Return a value made again, after a look at whether it is the same."""
    taken = snapshot([value])
    (made,) = rebuilt(taken)
    assert fingerprint(snapshot([made])) == fingerprint(taken)
    return made


@pytest.mark.parametrize(
    "value",
    [
        1, -0.0, "text", b"bytes", None, True, 1j, ..., (1, "a"), [1, [2]], {"a": [1]}, {1, 2, "x"},
        frozenset({1}), bytearray(b"x"), range(3), slice(1, None), decimal.Decimal("1.5"),
        fractions.Fraction(1, 3), pathlib.PurePosixPath("a/b"), collections.deque([1], maxlen=2),
        collections.OrderedDict(b=1, a=2), collections.defaultdict(list, {1: [2]}),
        collections.Counter("aab"), Pair(1, [2]), {Key("a"): Key("b")}, int, Plain, len,
        NotImplemented, {1: {2: {3: {4: [5]}}}},
    ],
    ids=repr,
)  # fmt: skip
def test_equal_values_come_again(value):
    made = again(value)
    assert made == value
    assert type(made) is type(value)


def test_nothing_of_the_program_runs():
    loud = Loud()
    object.__setattr__(loud, "held", [1])
    value = [loud, {1: loud}, Table({"a": 1})]
    RAN.clear()
    taken = snapshot([value])
    fingerprint(taken)
    assert RAN == []
    (made,) = rebuilt(taken)
    assert RAN == []  # neither __init__ nor __setattr__ nor __setitem__
    assert object.__getattribute__(made[0], "held") == [1]
    assert made[1][1] is made[0]


def test_instances_come_again_as_they_were():
    plain = Plain([1])
    plain.itself = plain
    made = again(plain)
    assert made is not plain
    assert made.itself is made
    assert made.value == [1]
    assert made.value is not plain.value
    slotted = again(Slotted([2]))
    assert slotted.held == [2]
    assert not hasattr(slotted, "empty")
    table = again(Table({"a": [1]}))
    assert type(table) is Table
    assert (table, table.note) == ({"a": [1]}, [1])
    shout = Shout("hey")
    shout.volume = 3
    assert (again(shout), again(shout).volume, type(again(shout))) == ("hey", 3, Shout)
    problem = again(OddError("bad", 7))
    assert (type(problem), problem.args, problem.code) == (OddError, ("bad",), 7)


def test_what_is_shared_stays_shared_and_cycles_close():
    inner = [1]
    made = again([inner, inner])
    assert made[0] is made[1]
    loop = []
    loop.append((loop, 1))
    assert again(loop)[0][0] is not loop
    closed = again(loop)
    assert closed[0][0] is closed


def test_an_instance_may_be_a_key_of_its_own_table():
    key = Key("a")
    key.table = {key: [1]}
    made = again(key)
    assert made.table[made] == [1]
    assert made.table is not key.table


def test_functions_and_methods():
    def make(n):
        def add(x, *, step=1):
            nonlocal n
            n += step
            return n + x

        return add

    counter = make(5)
    counter(0)
    made = again(counter)
    assert made(0) == 7
    assert counter(0) == 7  # two variables, not one
    assert again(module_level) is module_level
    assert again(Plain(3).method)() == 3
    bound = [1]
    twice = again([bound, bound.append])
    twice[1](2)
    assert twice[0] == [1, 2]
    assert bound == [1]
    assert again(functools.partial(int, base=2))("11") == 3


def test_files_in_memory_and_iterators_go_on_where_they_were():
    file = io.StringIO("one two")
    file.read(4)
    assert again(file).read() == "two"
    assert file.read() == "two"
    going = iter([1, 2, 3])
    next(going)
    assert list(again(going)) == [2, 3]
    assert list(going) == [2, 3]


def test_what_a_module_holds_keeps_its_identity():
    class Sentinel:
        pass

    Sentinel.__qualname__ = "Sentinel"
    known, other = Sentinel(), Sentinel()
    pin([known, 1, Sentinel])
    assert is_pinned(known)
    assert not is_pinned(other)
    assert again(known) is known
    assert again(other) is not other


def test_no_reference_is_kept():
    plain = Plain(Plain(1))
    gone = weakref.ref(plain)
    taken = snapshot([plain, lambda: 1])
    del plain
    gc.collect()
    assert gone() is None
    assert rebuilt(taken)[0].value.value == 1


class Meta(type):
    def __hash__(cls):
        RAN.append("meta hash")
        return 1

    def __eq__(cls, other):
        RAN.append("meta eq")
        return cls is other

    def __instancecheck__(cls, instance):
        RAN.append("meta check")
        return True


class Odd(metaclass=Meta):
    def __init__(self):
        self.held = 1


def test_a_metaclass_is_asked_nothing():
    odd = Odd()
    RAN.clear()
    taken = snapshot([odd])
    fingerprint(taken)
    assert RAN == []
    assert rebuilt(taken)[0].held == 1


class Dice(random.Random):
    """A class of a `class` statement, on top of a compiled one."""


def local_class():
    class Local:
        pass

    return Local


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (local_class()(), "a function made"),
        (local_class(), "a function made"),
        ((n for n in [1]), "generator"),
        ("x" * (MOST_BYTES + 1), "too big"),
        ([0] * 5_000, "too big"),
        (functools.reduce(lambda one, _: [one], range(100), []), "too deeply"),
        (memoryview(b"x"), "memoryview"),
        (OSError(2, "x"), "FileNotFoundError"),
        (array.array("i", [1]), "array"),
        (random.Random(1), "Random"),  # noqa: S311 - likewise
        (Dice(1), "Random"),
        (hashlib.md5(b"x"), "HASH"),  # noqa: S324 - nothing is kept safe by it
        (operator.itemgetter(1), "itemgetter"),
        (threading.Lock().acquire, "lock"),
        (queue.SimpleQueue(), "SimpleQueue"),
    ],
    ids=[
        "instance",
        "class",
        "generator",
        "text",
        "list",
        "deep",
        "memoryview",
        "error",
        "array",
        "random",
        "dice",
        "hash",
        "getter",
        "lock",
        "queue",
    ],
)
def test_what_cannot_be_described_is_refused(value, why):
    with pytest.raises(UnrecordableError, match=why):
        snapshot([value])


def test_a_lenient_look_goes_past_what_it_cannot_describe():
    ones, others = (snapshot([[n, memoryview(b"x")]], lenient=True) for n in (1, 2))
    assert is_blind(ones)
    assert fingerprint(ones) != fingerprint(others)
    assert not is_blind(snapshot([[1, Plain(2)]]))
    assert is_blind(snapshot([lambda: 1]))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (1, True), (1, 1.0), (0.0, -0.0), ("1", 1), ([1], (1,)), ([1, 2], [2, 1]), ({1: 2}, {1: 3}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (Plain(1), Plain(2)), (Pair(1, 2), (1, 2)),
        ([[1]] * 2, [[1], [1]]), (int, float), (KeyError("a"), ValueError("a")),
        (re.match("(a)?b?", "ab"), re.match("(ab)", "abc")),
        (re.compile("a"), re.compile("a", re.I)),
        (re.compile("x" * 300), re.compile("x" * 301)), (list[int], list[str]),
        (NOON, NOON.replace(fold=1)),
        (b"a", "a"), (range(3), range(4)), (None, 0), ({1, 2}, {1, 2, 3}),
    ],
    ids=repr,
)  # fmt: skip
def test_what_a_program_can_tell_apart_has_two_fingerprints(one, two):
    assert fingerprint(snapshot([one])) != fingerprint(snapshot([two]))


def test_equal_sets_share_a_fingerprint_however_they_were_made():
    one, two = {0, 8}, {8, 0}
    assert fingerprint(snapshot([one])) == fingerprint(snapshot([two]))
    assert fingerprint(snapshot([float("nan")])) == fingerprint(snapshot([float("nan")]))


def test_times_and_types_ask_nothing_of_the_classes_in_them():
    class Speaking(type):
        def __getattribute__(cls, name):
            RAN.append(name)
            return type.__getattribute__(cls, name)

    class Spoken(metaclass=Speaking):
        pass

    type.__dict__["__qualname__"].__set__(Spoken, "Spoken")
    noon, kind = NOON.replace(tzinfo=Zone()), list[Spoken]
    RAN.clear()
    taken = snapshot([noon, kind])
    assert len({fingerprint(taken), fingerprint(snapshot([noon, list[Plain]]))}) == 2
    assert RAN == []
    assert rebuilt(taken) == [noon, kind]
    assert type(rebuilt(taken)[0].tzinfo) is Zone
    gone = weakref.ref(noon.tzinfo)
    del noon
    assert gone() is None


def test_a_match_keeps_no_object_of_the_program():
    text = Shout("abc")
    with pytest.raises(UnrecordableError, match="match"):
        snapshot([re.match("a", text)])
    assert again(re.match("a", "abc")).string == "abc"


def test_an_ordered_dict_has_its_own_order():
    moved = collections.OrderedDict({("a", 1): 1, "b": 2})
    moved.move_to_end(("a", 1))
    assert list(again(moved)) == ["b", ("a", 1)]
    loud = Loud()
    keyed = collections.OrderedDict({loud: 1})
    RAN.clear()
    with pytest.raises(UnrecordableError, match="keys"):
        snapshot([keyed])
    assert RAN == []


def test_what_hangs_on_a_collection_is_not_forgotten():
    ordered, file = collections.OrderedDict(a=1), io.StringIO("x")
    ordered.note = file.note = 1
    for value in (ordered, file, list.__iter__(Backwards([1]))):
        with pytest.raises(UnrecordableError):
            snapshot([value])
    lines = again(io.StringIO("a\nb", newline="\r\n"))
    assert (lines.getvalue(), lines.write("\n"), lines.getvalue()) == ("a\r\nb", 1, "\r\n\nb")


class Backwards(list):
    def __iter__(self):
        return reversed(self)


def test_what_cannot_change_may_hold_itself():
    for loop in (([],), Pair([], 1)):
        loop[0].append(loop)
        made = again(loop)
        assert made[0][0] is made
        assert made is not loop


def test_exceptions_keep_their_cause():
    one, two = OddError("bad", 1), OddError("bad", 1)
    one.__cause__ = KeyError("a")
    made = again(one)
    assert (type(made.__cause__), made.__cause__.args) == (KeyError, ("a",))
    assert made.__suppress_context__
    assert fingerprint(snapshot([one])) != fingerprint(snapshot([two]))
    assert not again(two).__suppress_context__


def wrapping(held):
    @functools.wraps(module_level)
    def wrapper():
        return held

    return wrapper


def test_a_wrapper_is_kept_only_where_a_module_holds_it():
    held = Plain(1)
    gone = weakref.ref(held)
    wrapper = wrapping(held)
    with pytest.raises(UnrecordableError, match="attributes"):
        snapshot([wrapper])
    pin([wrapper])
    assert again(wrapper) is wrapper
    del wrapper, held
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("lenient", [False, True])
def test_many_values_are_refused_before_they_are_looked_at(lenient, monkeypatch):
    looked_at = []
    monkeypatch.setattr(described, "shown", looked_at.append)
    with pytest.raises(TooBigError, match="too big"):
        snapshot([[set(range(5_000))]], lenient=lenient)
    assert looked_at == []


class Speaking(dict):
    def __iter__(self):
        RAN.append("iter")
        return super().__iter__()

    def __bool__(self):
        RAN.append("bool")
        return bool(len(self))

    def values(self):
        RAN.append("values")
        return super().values()


def test_attributes_in_a_dict_of_the_program_are_refused():
    plain = Plain(1)
    plain.__dict__ = Speaking(value=1)
    RAN.clear()
    with pytest.raises(UnrecordableError, match="__dict__"):
        snapshot([plain])
    assert RAN == []


def test_attributes_and_defaults_of_functions_are_asked_nothing():
    def inner(*, step=1):
        return step

    def other():
        pass

    inner.__kwdefaults__ = Speaking(step=2)
    other.__dict__ = Speaking()
    RAN.clear()
    for function in (inner, other):
        with pytest.raises(UnrecordableError, match="attributes"):
            snapshot([function])
    assert RAN == []


def test_a_slot_behind_a_property_is_not_forgotten():
    class Hidden:
        __slots__ = ("__weakref__", "held")

    Hidden.__qualname__ = "Hidden"
    value = Hidden()
    value.held = [1]
    assert again(value).held == [1]

    class Behind(Hidden):
        __slots__ = ("own",)

    Behind.__qualname__ = "Behind"
    Behind.own = property(lambda _value: 1)
    with pytest.raises(UnrecordableError, match="slot"):
        snapshot([Behind()])
