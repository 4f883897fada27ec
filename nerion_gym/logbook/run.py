"""A run: one folder that says what was run, with which versions, and what came of it.

`ROOT/ENV_ID/ALGO/seedN-DATE-TIME[-2]/` holds

| file | content |
|---|---|
| `manifest.json` | status, error, command, versions, git, containment, layers, needs, result ... |
| `config.yaml` | the resolved configuration: every default written out |
| `events.jsonl` | telemetry: an object a line with `time` (seconds since 1970), `kind`, payload |
| `events.out.tfevents.*` | the one TensorBoard file |
| `result.json` | the numbers of a run that ended by itself |
| `checkpoint*` | what `--save` asked for |

`ended_by` is what ended a finished run: executions, steps or nothing left to try; else null.
`status` is running, finished, interrupted (Ctrl-C) or crashed (`error` says why). A folder is
never reused; a run that was killed stays `running` and keeps every line that it had written.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nerion_gym.errors import StorageError
from nerion_gym.logbook.files import jsonable, new_folder, safe, write_json
from nerion_gym.logbook.tensorboard import TensorBoardFile, plain
from nerion_gym.logbook.versions import versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import TextIO

MANIFEST, CONFIG, EVENTS, RESULT = "manifest.json", "config.yaml", "events.jsonl", "result.json"


class Run:
    """The folder of one run; a `Logbook` and a context manager.

    Leaving the context closes it: as finished, as interrupted by Ctrl-C, or as crashed; the
    exception goes on. `folder` is absolute or relative as the root was.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self._manifest = manifest
        self._events: TextIO = (folder / EVENTS).open("x", encoding="utf-8")
        self._board = TensorBoardFile(folder)
        self._closed = False
        self._write_manifest()

    @classmethod
    def create(
        cls,
        root: Path,
        env_id: str,
        algo: str,
        seed: int,
        config: Mapping[str, Any],
    ) -> Run:
        """Make a new folder with its configuration; nothing that exists is touched.

        Args:
            root: folder of all runs, "runs" by default in the commands.
            env_id: id of the world.
            algo: name of the agent.
            seed: seed of the run.
            config: the resolved configuration; goes to config.yaml and to TensorBoard.

        Raises:
            StorageError: the folder cannot be made.
            RunExistsError: a thousand runs began in the same second.
        """
        folder = new_folder(Path(root) / safe(env_id) / safe(algo), seed)
        settings = jsonable(config)
        text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
        (folder / CONFIG).write_text(text, encoding="utf-8")
        manifest = {
            "env": env_id,
            "algo": algo,
            "seed": seed,
            "status": "running",
            "ended_by": None,
            "error": None,
            "started": datetime.now().astimezone().isoformat(timespec="seconds"),
            "seconds": None,
            "pid": os.getpid(),
            "command": shlex.join(sys.argv),
            "versions": versions(),
        }
        run = cls(folder, manifest)
        run.text("config", f"```yaml\n{text}```")
        return run

    # -- Logbook

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Record tag -> value at a global step, in TensorBoard."""
        self._board.scalars(values, step)

    def event(self, kind: str, /, **payload: Any) -> None:
        """Record one line of telemetry; it is on its way to the disk when this returns.

        Raises:
            StorageError: the payload is not JSON, or the run is closed.
        """
        row = {"time": round(time.time(), 3), "kind": kind, **payload}
        try:
            self._events.write(json.dumps(jsonable(row), allow_nan=False) + "\n")
            self._events.flush()
        except (TypeError, ValueError) as error:
            msg = f"{self.folder / EVENTS}: event {kind!r} cannot be written: {error}"
            raise StorageError(msg) from error

    def text(self, tag: str, text: str, step: int = 0) -> None:
        """Record a text for TensorBoard."""
        self._board.text(tag, text, step)

    def hparams(self, values: Mapping[str, Any]) -> None:
        """Record flat hyperparameters for TensorBoard's HPARAMS tab."""
        self._board.hparams({name: plain(value) for name, value in values.items()})

    # -- what is known later

    def note(self, **facts: Any) -> None:
        """Add facts to the manifest (git, containment, layers, ended_by, ...)."""
        self._manifest.update(jsonable(facts))
        self._write_manifest()

    def result(self, values: Mapping[str, Any]) -> None:
        """Write result.json: the numbers that reports read."""
        write_json(self.folder / RESULT, jsonable(values))

    def close(self, status: str = "finished", error: str | None = None) -> None:
        """Flush everything, fsync the telemetry, and say in the manifest how it ended."""
        if self._closed:
            return
        self._closed = True
        self._board.end(status)
        self._board.close()
        self._events.flush()
        os.fsync(self._events.fileno())
        self._events.close()
        began = datetime.fromisoformat(self._manifest["started"])
        seconds = round((datetime.now().astimezone() - began).total_seconds(), 1)
        self.note(status=status, error=error, seconds=seconds)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        elif isinstance(error, KeyboardInterrupt):
            self.close("interrupted")
        else:
            self.close("crashed", f"{type(error).__name__}: {error}")

    def _write_manifest(self) -> None:
        write_json(self.folder / MANIFEST, self._manifest)
