"""TensorBoard event files without torch and without tensorflow.

tensorboard's own helper for text needs tensorflow, so that message is built by hand; the
format is the one in `tensorboard/plugins/text/metadata.py`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2, summary_v2
from tensorboard.plugins.hparams.metadata import (
    PLUGIN_DATA_VERSION,
    PLUGIN_NAME,
    SESSION_END_INFO_TAG,
)
from tensorboard.summary.writer.event_file_writer import EventFileWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    HParam = bool | int | float | str

FLUSH_SECONDS = 5
"""What a killed process may lose; an exception or Ctrl-C loses nothing."""
QUEUE = 1000
STATUSES = {"finished": api_pb2.STATUS_SUCCESS, "running": api_pb2.STATUS_RUNNING}
"""Anything else counts as a failure."""


class TensorBoardFile:
    """One event file in one folder.

    Args:
        folder: where the file is put; made if missing.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = EventFileWriter(str(folder), QUEUE, FLUSH_SECONDS)

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Record tag -> value at a global step; NaN and infinity are kept as they are."""
        rows = [Summary.Value(tag=tag, simple_value=float(value)) for tag, value in values.items()]
        if rows:
            self._add(Summary(value=rows), step)

    def text(self, tag: str, text: str, step: int = 0) -> None:
        """Record a text (Markdown) for TensorBoard's TEXT tab."""
        plugin = SummaryMetadata.PluginData(plugin_name="text", content=b"")
        tensor = TensorProto(
            dtype=DT_STRING,
            string_val=[text.encode("utf-8")],
            tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        )
        value = Summary.Value(
            tag=f"{tag}/text_summary",
            metadata=SummaryMetadata(plugin_data=plugin),
            tensor=tensor,
        )
        self._add(Summary(value=[value]), step)

    def hparams(self, values: Mapping[str, HParam]) -> None:
        """Record the hyperparameters of this run (name -> bool, number or text).

        No experiment-wide description is written: TensorBoard would take one run's for all,
        while without it the columns, their types and what differs come from all runs.
        """
        self._add(summary_v2.hparams_pb(dict(values)), 0)

    def end(self, status: str) -> None:
        """Record how the session ended ("finished", or anything else for a failure)."""
        info = plugin_data_pb2.SessionEndInfo(
            status=STATUSES.get(status, api_pb2.STATUS_FAILURE), end_time_secs=time.time()
        )
        data = plugin_data_pb2.HParamsPluginData(session_end_info=info, version=PLUGIN_DATA_VERSION)
        plugin = SummaryMetadata.PluginData(
            plugin_name=PLUGIN_NAME, content=data.SerializeToString()
        )
        value = Summary.Value(
            tag=SESSION_END_INFO_TAG, metadata=SummaryMetadata(plugin_data=plugin)
        )
        self._add(Summary(value=[value]), 0)

    def close(self) -> None:
        """Write what is queued and close the file; closing twice is harmless."""
        self._writer.close()

    def _add(self, summary: Summary, step: int) -> None:
        self._writer.add_event(Event(wall_time=time.time(), step=int(step), summary=summary))


def plain(value: object) -> HParam:
    """Return a hyperparameter as TensorBoard takes it: bool, number, or its text."""
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    return str(value)
