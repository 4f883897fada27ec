"""What is written is read back by TensorBoard's own reader."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

from nerion_gym.logbook.tensorboard import TensorBoardFile


def read(folder) -> EventAccumulator:
    """Load the one event file of a folder."""
    files = list(folder.glob("events.out.tfevents.*"))
    assert len(files) == 1
    accumulator = EventAccumulator(str(files[0]), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    return accumulator


def hparams_data(accumulator, tag):
    metadata = accumulator.SummaryMetadata(tag)
    assert metadata.plugin_data.plugin_name == "hparams"
    return plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)


def test_scalars_come_back_with_their_steps(tmp_path):
    board = TensorBoardFile(tmp_path)
    board.scalars({"charts/SPS": 12.5, "losses/world_model": -1}, 3)
    board.scalars({"charts/SPS": math.nan}, 7)
    board.scalars({}, 8)
    board.close()
    found = read(tmp_path)
    assert found.Tags()["scalars"] == ["charts/SPS", "losses/world_model"]
    rows = found.Scalars("charts/SPS")
    assert [row.step for row in rows] == [3, 7]
    assert rows[0].value == 12.5
    assert math.isnan(rows[1].value)
    assert found.Scalars("losses/world_model")[0].value == -1.0


def test_text_comes_back_for_the_text_plugin(tmp_path):
    board = TensorBoardFile(tmp_path)
    board.text("config", "seed: 1\nname: grün\n")
    board.close()
    found = read(tmp_path)
    (event,) = found.Tensors("config/text_summary")
    assert event.tensor_proto.string_val[0].decode() == "seed: 1\nname: grün\n"
    metadata = found.SummaryMetadata("config/text_summary")
    assert metadata.plugin_data.plugin_name == "text"


def test_hparams_come_back_with_their_types_and_the_end(tmp_path):
    board = TensorBoardFile(tmp_path)
    board.hparams({"algo": "uniform", "seed": 4, "replay": True})
    board.end("crashed")
    board.close()
    found = read(tmp_path)
    start = hparams_data(found, "_hparams_/session_start_info").session_start_info.hparams
    assert start["algo"].string_value == "uniform"
    assert start["seed"].number_value == 4
    assert start["replay"].bool_value is True
    assert hparams_data(found, "_hparams_/session_end_info").session_end_info.status == 2


def test_closing_twice_is_harmless(tmp_path):
    board = TensorBoardFile(tmp_path)
    board.close()
    board.close()


@pytest.mark.sandbox
def test_neither_torch_nor_tensorflow_is_imported(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from nerion_gym.logbook.tensorboard import TensorBoardFile\n"
        f"b = TensorBoardFile(Path({str(tmp_path)!r}))\n"
        "b.text('a', 'b'); b.scalars({'x': 1}, 0)\n"
        "b.hparams({'lr': .1}); b.end('finished'); b.close()\n"
        "print({'torch', 'tensorflow', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
