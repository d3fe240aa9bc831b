"""Writes computed numbers as C++ arrays: what the scripts of this folder share."""

from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parent


def literal(value, kind):
    if kind in ("std::int64_t", "std::uint32_t", "std::uint64_t"):
        return f"{value}u" if "uint" in kind else str(value)
    text = f"{value:.9g}" if kind == "float" else f"{value:.17g}"
    if not any(c in text for c in ".en"):
        text += ".0"
    return text + ("f" if kind == "float" else "")


class Header:
    """Collects constants and writes tests/golden/NAME.hpp, in the layout of clang-format."""

    def __init__(self, name, about):
        self.path = FOLDER / f"{name}.hpp"
        self.name = name
        self.lines = [
            "#pragma once",
            f"// Written by tests/golden/{name}.py with PyTorch {torch.__version__}, CPU capability "
            f"{torch.__config__.show().split('CPU capability usage: ')[1].split()[0]}. Do not edit.",
            f"// {about}",
            "",
            "#include <cstdint>",
            "",
            f"namespace golden::{name} {{",
            "",
            "// clang-format off",
        ]

    def note(self, text):
        self.lines += ["", f"// {text}"]

    def array(self, name, values, kind=None):
        """A constexpr array; the C++ type follows from the tensor's, where `kind` does not say it."""
        if torch.is_tensor(values):
            kinds = {torch.float32: "float", torch.float64: "double", torch.int64: "std::int64_t"}
            kind = kind or kinds[values.dtype]
            values = values.detach().reshape(-1).tolist()
        self.lines.append(f"inline constexpr {kind} {name}[] = {{")
        line = "   "
        for value in values:
            item = f" {literal(value, kind)},"
            if len(line) + len(item) > 108:
                self.lines.append(line)
                line = "   "
            line += item
        self.lines += [line, "};"]

    def value(self, name, value, kind="double"):
        self.lines.append(f"inline constexpr {kind} {name} = {literal(value, kind)};")

    def write(self):
        self.lines += ["", "// clang-format on", "", f"}}  // namespace golden::{self.name}", ""]
        self.path.write_text("\n".join(self.lines))
        print(f"{self.path.name}: {len(self.lines)} lines")
