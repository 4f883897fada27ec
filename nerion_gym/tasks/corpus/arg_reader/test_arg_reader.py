"""Strength: fair. The help text is skimmed; letters in one word, options declared twice and words out of place are not tried."""
import pytest

from arg_reader import Reader, UsageError


@pytest.fixture
def reader():
    return (
        Reader("copy", "Copies files.")
        .flag("verbose", "v", help="say more")
        .flag("force", "f")
        .option("jobs", "j", kind=int, default=1, help="how many at once")
        .option("skip", many=True)
        .option("dry-run-log", default="log.txt")
        .positional("source")
        .positional("targets", rest=True)
    )


def test_defaults(reader):
    assert reader.read(["a", "b"]) == {
        "verbose": False, "force": False, "jobs": 1, "skip": [], "dry_run_log": "log.txt",
        "source": "a", "targets": ["b"],
    }


@pytest.mark.parametrize("words", [["--jobs", "4"], ["--jobs=4"], ["-j", "4"], ["-j4"]])
def test_ways_to_give_a_value(reader, words):
    assert reader.read([*words, "a", "b"])["jobs"] == 4
    assert reader.read(["a", "b", *words])["jobs"] == 4


def test_flags(reader):
    values = reader.read(["a", "--verbose", "b"])
    assert values["verbose"] is True
    assert values["force"] is False


def test_flags_can_be_taken_back(reader):
    assert reader.read(["-v", "--no-verbose", "a", "b"])["verbose"] is False


def test_many(reader):
    assert reader.read(["--skip", "x", "a", "--skip=y", "b"])["skip"] == ["x", "y"]


def test_rest(reader):
    assert reader.read(["a", "b", "c", "d"])["targets"] == ["b", "c", "d"]


def test_double_dash_ends_options(reader):
    values = reader.read(["a", "--", "-v", "--jobs"])
    assert values["targets"] == ["-v", "--jobs"]
    assert not values["verbose"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--nope", "a", "b"], "unknown option --nope"),
        (["-x", "a", "b"], "unknown option -x"),
        (["a", "b", "--jobs"], "--jobs needs a value"),
        (["--jobs", "many", "a", "b"], "'many' is not int"),
        ([], "SOURCE is missing"),
        (["a"], "TARGETS... is missing"),
    ],
)
def test_errors(reader, words, message):
    with pytest.raises(UsageError, match=message):
        reader.read(words)


def test_too_many():
    with pytest.raises(UsageError, match="too many arguments: b c"):
        Reader("x").positional("one").read(["a", "b", "c"])


def test_optional_positional():
    reader = Reader("x").positional("count", kind=int, optional=True)
    assert reader.read([]) == {"count": None}
    assert reader.read(["12"]) == {"count": 12}


def test_usage(reader):
    text = reader.usage()
    assert text.startswith("usage: copy [options] SOURCE TARGETS...")
    assert "-j, --jobs JOBS" in text
    assert "say more" in text
