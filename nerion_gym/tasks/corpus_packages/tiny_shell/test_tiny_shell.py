"""Strength: weak. A few lines are run; counting, variables, options and wrong input are not tried."""

import pytest
from tiny_shell import Shell

TEXT = "pear 3\napple 5\nfig 12\napple 7\n"


@pytest.fixture
def shell():
    return Shell({"/home/fruit": TEXT, "/home/notes/todo": "eat\n", "/etc/motd": "hi\n"})


def test_echo(shell):
    assert shell.run("echo a   'b  c'") == "a b  c\n"


def test_listing_and_folders(shell):
    assert shell.run("ls") == "etc/\nhome/\n"
    shell.run("cd home")
    assert shell.run("ls") == "fruit\nnotes/\n"
    assert shell.run("cat notes/../fruit") == TEXT


def test_pipes(shell):
    assert shell.run("cat /home/fruit | grep apple | sort -r | head -n 1") == "apple 7\n"


def test_redirection(shell):
    shell.run("echo one > /tmp/log")
    shell.run("echo two >> /tmp/log")
    assert shell.run("cat /tmp/log") == "one\ntwo\n"


def test_what_is_not_there(shell):
    assert "no such" in shell.run("cat /nowhere")
    assert "no such" in shell.run("dance")
