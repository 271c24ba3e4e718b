"""onnxruntime as it is wanted here: on the caller's thread alone, and telling nobody that it runs."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["one_thread", "runtime"]


def runtime() -> Any:
    """The module. As its wheels of 1.32 come, it would send its use to its maker, and keep what is not sent yet in the
    home folder; whether it does is read from the environment."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def one_thread() -> Any:
    """Options of a session that runs on the caller's thread alone: robust beside other work."""
    options = runtime().SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
