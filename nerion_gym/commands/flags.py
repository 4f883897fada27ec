"""The flags of the commands, under rl-zoo3's names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Pairs = list[str]
Names = list[str]
SEVERAL = "K:V ..."

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
ShowProgress = Annotated[
    bool | None,
    typer.Option("--progress/--no-progress", help="Live display (default: on a terminal)."),
]
WORLD_HELP = (
    "Arguments of the world, as in path:src/mypkg tests:tests. Pytest's own for your package: "
    "arguments:--ignore=FILE, or 'arguments:-o addopts=' for several."
)
World = Annotated[str, typer.Option("--env", metavar="ID", help="World; see nerion worlds.")]
WorldArguments = Annotated[
    Pairs | None,
    typer.Option("--env-kwargs", metavar=SEVERAL, help=WORLD_HELP),
]
AGENTS = "curiosity, curiosity_uniform, dqn, maskable_ppo, ppo, success_rate, uniform"
"""Written out, so that `--help` loads no agent; a test compares it with `policies.policy`."""
Algo = Annotated[str, typer.Option(metavar="NAME", help=f"One of {AGENTS}.")]
Algos = Annotated[Names | None, typer.Option(metavar="NAME ...", help=f"Of {AGENTS}.")]
Seed = Annotated[int, typer.Option(metavar="N", help="Seeds world and agent.")]
Seeds = Annotated[int | None, typer.Option(metavar="N", help="Of each agent, at least 3.")]
Executions = Annotated[
    int | None, typer.Option(metavar="N", help="Budget (100 if -n is not given either).")
]
Steps = Annotated[
    int,
    typer.Option("-n", "--n-timesteps", metavar="N", help="Steps at most; 0 = 20 x executions."),
]
Hyperparams = Annotated[
    Pairs | None,
    typer.Option("-params", "--hyperparams", metavar=SEVERAL, help="Options of the agent."),
]
ConfFile = Annotated[
    Path | None,
    typer.Option(
        "-conf", "--conf-file", metavar="FILE", help="Options of the agent by world, in YAML."
    ),
]
SEMANTICS = "off, hash, minilm, openai"
"""Written out, as `AGENTS` are; a test compares it with the registry of providers."""
Semantics = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"What words mean to the agent: {SEMANTICS} ($NERION_SEMANTIC_PROVIDER, or off).",
    ),
]
RunsFolder = Annotated[
    Path,
    typer.Option("-tb", "--tensorboard-log", metavar="DIR", help="Folder of all runs."),
]
EvalEpisodes = Annotated[int, typer.Option(metavar="N", help="Greedy episodes after training.")]
Save = Annotated[bool, typer.Option("--save", help="Write a checkpoint at the end.")]
SaveFreq = Annotated[int, typer.Option(metavar="N", help="Also a checkpoint every N steps.")]
Record = Annotated[
    bool, typer.Option("--record", help="Write every episode, for `nerion validate`.")
]
# The same for a benchmark, where what is not given comes from the preset.
EachWorld = Annotated[
    str | None, typer.Option("--env", metavar="ID", help="World; see nerion worlds.")
]
EachExecutions = Annotated[
    int | None, typer.Option("--executions", metavar="N", help="Budget of each run.")
]
EachSteps = Annotated[
    int | None,
    typer.Option("-n", "--n-timesteps", metavar="N", help="Steps of each run at most."),
]
Preset = Annotated[str | None, typer.Option(metavar="NAME", help="Start from a preset: demo.")]
Jobs = Annotated[int, typer.Option(metavar="N", help="Runs at a time.", min=1)]
Resume = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Go on with a benchmark, with its own plan.")
]
