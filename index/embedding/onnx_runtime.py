"""onnxruntime without telemetry, and sessions that run on the caller's thread."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["import_onnxruntime", "single_thread_options"]


def import_onnxruntime() -> Any:
    """Return the module, with its telemetry switched off.

    Wheels of 1.32 send usage to the maker and keep what is not sent yet in the home folder, unless the environment
    says otherwise before the import.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def single_thread_options() -> Any:
    """Return options for a session that runs on the caller's thread alone, which is robust beside other work."""
    options = import_onnxruntime().SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
