"""Writes example.safetensors with the Python package safetensors (0.8.0 wrote the one in the repository).

pip install safetensors numpy; python tests/golden/safetensors_example.py
(Not called safetensors.py: that would hide the package from every script in this folder.)
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

tensors = {
    "0.weight": np.arange(12, dtype=np.float32).reshape(3, 4) / 8 - 0.5,
    "0.bias": np.array([1.5, float("inf"), float("-inf")], dtype=np.float32),
    "running_mean": np.array([[0.1], [-2.5e300]], dtype=np.float64),
    "steps": np.array([-1, 2**62], dtype=np.int64),
    "scale": np.array(0.25, dtype=np.float32),
    "nothing": np.zeros((0, 3), dtype=np.float32),
    "mask": np.array([True, False, True]),
    "grüße\n\"quoted\"": np.array([7], dtype=np.uint8),
}
save_file(tensors, Path(__file__).parent / "example.safetensors", metadata={"format": "pt"})
