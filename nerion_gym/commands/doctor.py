"""`nerion doctor`: what this machine can confine, and whether that holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen

if TYPE_CHECKING:
    from nerion_gym.execution.confinement.cgroups import Allowance
    from nerion_gym.execution.confinement.diagnosis import Facts

EXAMPLES = """Examples:
  nerion doctor
  nerion doctor --fresh
  nerion doctor --json

Exit code 0: strict and package containment hold. 1: strict holds without a file system, network \
and process ids of its own, package is refused. 2: nothing is confined."""
LABEL = 12


def doctor(
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Make the self-test now, even where one is remembered.")
    ] = False,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Say what this machine can confine: kernel, Landlock, seccomp, namespaces; and test it."""
    from nerion_gym.execution.confinement import diagnosis

    facts = diagnosis.gather(fresh=fresh)
    screen = Screen(quiet, as_json)
    screen.emit(document(facts))
    for line in lines(facts):
        screen.say(line)
    raise typer.Exit(diagnosis.exit_code(facts))


def document(facts: Facts) -> dict[str, Any]:
    """Return everything as JSON data."""
    from nerion_gym.execution.confinement import diagnosis

    found = asdict(facts)
    found["self_test"] = {"ok": facts.test.ok, **found.pop("test")}
    return found | {
        "containments": {
            name: verdict._asdict() for name, verdict in diagnosis.verdicts(facts).items()
        },
        "advice": diagnosis.advice(facts),
        "exit_code": diagnosis.exit_code(facts),
    }


def lines(facts: Facts) -> list[str]:
    """Return everything for people, a line each."""
    from nerion_gym.execution.confinement import diagnosis

    found = [labelled(name, text) for name, text in inventory(facts).items()]
    if facts.test.probes:
        found += ["", *probes(facts), ""]
    for name, verdict in diagnosis.verdicts(facts).items():
        why = f": {verdict.why}" if verdict.why else ""
        found.append(labelled(name, f"{verdict.kind}{why}"))
    return found + [labelled("advice", text) for text in diagnosis.advice(facts)]


def labelled(label: str, text: str) -> str:
    """Return a line that begins with what it is about."""
    return f"{label:<{LABEL}} {text}"


def inventory(facts: Facts) -> dict[str, str]:
    """Return what there is, by what it is called."""
    machine = facts.machine
    where = ", in a container" if facts.in_container else ""
    system = f"{machine.platform} {machine.kernel}".rstrip()
    owner = "one that owns nothing" if facts.other_user else "the user that started them"
    return {
        "machine": f"{system}, {machine.machine}, {machine.user}{where}",
        "Landlock": f"version {machine.landlock}" if machine.landlock else "none",
        "seccomp": f"filters {machine.filter_digest}" if machine.seccomp else "none",
        "namespaces": "yes" if machine.namespaces else "none",
        "user": f"runs belong to {owner}",
        "cgroup": allowed(facts.allowed),
        "self-test": tested(facts),
    }


def allowed(allowance: Allowance) -> str:
    """Return what the control group allows."""
    if allowance.version == "none":
        return "none"
    memory, processors = allowance.memory, allowance.processors
    limits = {
        "memory": None if memory is None else f"{memory >> 20} MiB",
        "processors": None if processors is None else f"{processors:g}",
        "processes": allowance.processes,
    }
    given = [f"{name} {limit}" for name, limit in limits.items() if limit is not None]
    return f"{allowance.version}, {', '.join(given) or 'no limits'}"


def tested(facts: Facts) -> str:
    """Return what came of the self-test."""
    test = facts.test
    if not test.probes:
        return f"not made: {facts.reason}"
    when = "remembered since the machine started" if test.cached else "made now"
    ended = "held" if test.ok else f"DID NOT HOLD: {test.complaint}"
    return f"{ended}; {len(test.probes)} probes in {1e3 * test.seconds:.0f} ms, {when}"


def probes(facts: Facts) -> list[str]:
    """Return the table of attempts: refused with the layer, done without it."""
    rows = [("layer", "probe", "with it", "without")]
    for probe in facts.test.probes:
        outcomes = ("denied" if probe.denied else "DONE", "done" if probe.control else "DENIED")
        rows.append((probe.layer, probe.probe, *outcomes))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"  {layer:<{widths[0]}}  {what:<{widths[1]}}  {layered:<{widths[2]}}  {bare}"
        for layer, what, layered, bare in rows
    ]
