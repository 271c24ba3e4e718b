"""onnxruntime as it is wanted here: on the caller's thread alone, and telling nobody that it runs."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["import_onnxruntime", "single_thread_options"]


def import_onnxruntime() -> Any:
    """The module. As its wheels of 1.32 come, it would send its use to its maker, and keep what is not sent yet in the
    home folder; whether it does is read from the environment."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def single_thread_options() -> Any:
    """Options of a session that runs on the caller's thread alone: robust beside other work."""
    options = import_onnxruntime().SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
