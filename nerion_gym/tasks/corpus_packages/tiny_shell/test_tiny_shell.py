"""Strength: weak. Output is looked at roughly; counting, variables and options are not tried."""

import pytest
from tiny_shell import Shell

TEXT = "pear 3\napple 5\nfig 12\napple 7\n"


@pytest.fixture
def shell():
    return Shell({"/desk/fruit": TEXT, "/desk/notes/todo": "eat\n", "/etc/motd": "hi\n"})


def test_echo(shell):
    assert shell.run("echo a   'b  c'") == "a b  c\n"


def test_listing_and_folders(shell):
    assert "desk" in shell.run("ls")
    shell.run("cd desk")
    assert "notes" in shell.run("ls")
    assert shell.run("cat fruit") == TEXT


def test_pipes(shell):
    assert shell.run("cat /desk/fruit | grep apple | sort -r | head -n 1") .startswith("apple")


def test_redirection(shell):
    shell.run("echo one > /tmp/log")
    shell.run("echo two >> /tmp/log")
    assert "two" in shell.run("cat /tmp/log")


def test_what_is_not_there(shell):
    assert "no such" in shell.run("cat /nowhere")
    assert "no such" in shell.run("dance")
