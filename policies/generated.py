"""The source files that PyTorch Geometric writes into the temporary folder, once a process.

It makes a module from a template for each layer, imports it, and leaves its file behind.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

PREFIX = "torch_geometric.nn.conv."


def remove_generated() -> None:
    """Remove the files of this process's generated modules; they are imported and stay so."""
    folder = Path(tempfile.gettempdir())
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.startswith(PREFIX) and file and Path(file).parent == folder:
            Path(file).unlink(missing_ok=True)
            Path(getattr(module, "__cached__", None) or file).unlink(missing_ok=True)
