"""Opens ONNX models: on the CPU, on few threads, without memory that only grows."""

from pathlib import Path

import onnxruntime


def session(file: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A model that runs on so many threads; raises what onnxruntime raises."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait in a loop for their next work take a core from everybody else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # An arena keeps the most that any length of audio ever took.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(file), sess_options=options, providers=["CPUExecutionProvider"]
    )
