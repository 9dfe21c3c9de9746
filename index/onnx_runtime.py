"""ONNX Runtime as the product uses it: silent. The only place that imports it.

Its official builds report what they run to their maker, and keep a device id and a queue of events in the user's cache
folder, unless told otherwise. This product is offline: both ways to say so are taken before anything else is asked of
it, the variable before the library is loaded (children inherit it), the call before a first session.
"""

from __future__ import annotations

import os
from types import ModuleType


def onnx_runtime() -> ModuleType:
    """The module `onnxruntime`, with its telemetry off."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime
