#!/usr/bin/env python3
"""Shows that check.py and protocol.py catch what they are there to catch: each rule is broken once in a small
made-up library."""

import subprocess
import sys
import tempfile
from pathlib import Path

CHECK = Path(__file__).with_name("check.py")
PROTOCOL = Path(__file__).with_name("protocol.py")
VOCABULARY = Path(__file__).with_name("vocabulary.py")

SOUND = {
    "core/shape.hpp": "#include <array>\n",
    "random/generator.hpp": '#include "../core/shape.hpp"\n',
    "backends/cpu/matmul.hpp": "#include <strata/core/shape.hpp>\n#include <xtensor-blas/xlinalg.hpp>\n",
    "xtensor.hpp": "#include <xtensor/xtensor.hpp>\n",
    "layers/linear.hpp": "#include <strata/core/shape.hpp>\n#include <strata/layers/relu.hpp>\n",
    "layers/relu.hpp": "#include <strata/core/shape.hpp>\n",
    "models/model.hpp": "#include <strata/layers/shared/bias.hpp>\n",
    "layers/shared/bias.hpp": "",
    "training/fit.hpp": "#include <strata/models/model.hpp>\n",
    "strata.hpp": "#include <strata/training/fit.hpp>\n",
}

# (the broken header, its text, a part of the expected complaint)
BROKEN = [
    ("core/network/plan.hpp", "#include <strata/layers/linear.hpp>\n", "core/network must not include layers"),
    ("core/network/plan.hpp", '#include "../../layers/linear.hpp"\n', "core/network must not include layers"),
    ("core/network/plan.hpp", '  #  include "strata/random/generator.hpp"\n', "core/network must not include random"),
    ("core/network/plan.hpp", "#include <iostream>\n", "core does not include <iostream>"),
    ("layers/conv.hpp", "#include <strata/training/fit.hpp>\n", "layers must not include training"),
    ("layers/shared/pool.hpp", "#include <strata/layers/relu.hpp>\n", "layers/shared must not include layers"),
    ("core/shape.hpp", "#include <strata/core/network/plan.hpp>\n", "core must not include core/network"),
    ("backends/cpu/simd/pack.hpp", "#include <strata/backends/cpu/matmul.hpp>\n", "cpu/simd must not include backends/cpu"),
    ("layers/conv.hpp", "#include <xtensor/xview.hpp>\n", "<xtensor/xview.hpp> is included only under xtensor.hpp"),
    ("layers/conv.hpp", "#include <xtensor-blas/xblas.hpp>\n", "is included only under backends/cpu/"),
    ("layers/conv.hpp", "#ifdef STRATA_CUDA\n#endif\n", "a layer is written once for all backends"),
    ("layers/conv.hpp", "#include <strata/xtensor.hpp>\n", "layers must not include xtensor"),
    ("backends/cuda/map.cuh", "#include <strata/xtensor.hpp>\n", "under nvcc xtensor costs"),
    ("xtensor.hpp", "#include <strata/random/generator.hpp>\n", "xtensor must not include random"),
    ("backends/cpu/map.hpp", "#include <cblas.h>\n", "<cblas.h> is included only under nothing"),
    ("layers/conv.hpp", "#include <strata/strata.hpp>\n", "layers must not include strata"),
    ("backends/cuda/matmul.cuh", "#include <strata/backends/cpu/matmul.hpp>\n", "the cuda backend must not include the cpu"),
    ("helpers/all.hpp", "", "the room 'helpers' is not in the table"),
    ("layers/conv.hpp", "\n" * 301, "301 lines; 300 is the limit"),
    ("layers/conv.hpp", "class A {\n    template <class>\n    friend class B;\n};\n", "no class is another's friend"),
    ("layers/conv.hpp", "class A {\n    friend detail::B;\n};\n", "no class is another's friend"),
    ("layers/conv.hpp", "if constexpr (Device::is_host) f();\n", "a device says itself in which order"),
    ("layers/conv.hpp", "// y = x. Source: torch.nn.Identity.\n", "'Source:' begins a line of its own"),
    ("layers/conv.hpp", "// y = x, kept as it is. Gradient:\n// dy\n", "'Gradient:' begins a line of its own"),
    ("layers/conv.hpp", "inline void it_is_wrong__write_it_so() {}\n", "belong to compilers: it_is_wrong__write_it_so"),
    ("layers/conv.hpp", "int __wrong = 1;\n", "belong to compilers: __wrong"),
    ("layers/conv.hpp", "int right__ = 1;\n", "belong to compilers: right__"),
    ("layers/conv.hpp", 'message(" is ", p, ", and it must be at least 0");\n', "is refused by refuse_option"),
    ("layers/conv.hpp", 'message(" is ", p, ", but must be above 0");\n', "is refused by refuse_option"),
    ("layers/conv.hpp", "namespace a {\nint i{\n}  // namespace a\n;\n}  // namespace a\n", "stands 2 times"),
]

FINE = [
    ("core/config.hpp", "#ifdef __CUDACC__\nint i = __builtin_abs(1);  // a__b\nauto s = \"__metadata__\";\n#endif\n"),
    ("backends/cpu/map.hpp", "#include <strata/xtensor.hpp>\n"),
    ("core/refuse_option.hpp", 'message(", but must be ", limit);\n'),
    ("layers/conv.hpp", "// prints: p is 2, but must be at most 1\n"),
    ("layers/conv.hpp", "class A {\n    friend bool operator==(const A&, const A&) = default;\n};\n"),
    ("backends/cpu/cpu.hpp", "static constexpr bool is_host = true;\n"),
    ("layers/conv.hpp", "// #include <strata/training/fit.hpp>\n"),
    ("layers/conv.hpp", "#if defined(__clang__)  // clang 14 has no such thing\n#endif\n"),
    ("layers/conv.hpp", "// y = x\n// Source: torch.nn.Identity.\nnamespace a {\n}  // namespace a\n"),
]

# Of the layer protocol: a sound library, and how each rule is broken.
TEXT = "// The layer protocol.\n//\n//   static constexpr Size saved(Dims in);   kept\n//   using children = TypeList<...>;\n"
ASKS = "concept A = requires { typename Layer::children; };\nbool b = requires(Dims in) {\n    Layer::saved(in);\n};\n"
PROTOCOL_SOUND = {"core/network/layer.hpp": TEXT + "\n#include <array>\n", "core/network/graph.hpp": ASKS}
PROTOCOL_BROKEN = [
    ("core/network/plan.hpp", "bool c = requires { Layer::forgotten; };\n", "core/network/plan.hpp asks a layer for `forgotten`"),
    ("models/model.hpp", "concept D = requires(const Layer& layer) { layer.quick(); };\n", "for `quick`"),
    ("core/network/graph.hpp", "// Layer::saved\nusing C = Layer::children;\n", "has `saved`, which no code names"),
    ("core/network/layer.hpp", TEXT.replace("//   using", "// kept using"), "asks a layer for `children`"),
    ("core/network/layer.hpp", TEXT.replace(";   kept\n//   using", "; kept static constexpr Size count; using"), "for `children`"),
    ("core/network/layer.hpp", TEXT + "//   are static constexpr Size a(); static constexpr Size b;\n", "declarations run together"),
]


# Of the vocabulary of devices.
WORDS = (
    "#pragma once\n// A device may have:\n//   affine_relu(x, y)   both at once\n"
    "struct OperationsOf : Operands<D> {\n    // map.hpp\n    static_assert(requires { device.map(f, y, x); });\n"
    "    // scan.hpp\n    static_assert(requires { device.template scan<T>(x); });\n};\n"
)
LAYER = "device.map(f, y, x);\ndevice.template scan<T>(x);\nmemory.device.affine_relu(x, y);\n"
VOCABULARY_SOUND = {
    "core/operations/device.hpp": WORDS,
    "layers/a.hpp": LAYER,
    **{f"backends/{backend}/{file}.hpp": f"void {file}(F);\n" for backend in ("cpu", "cuda") for file in ("map", "scan")},
}
VOCABULARY_BROKEN = [
    ("losses/b.hpp", "memory.device.forgotten(x);\n", "losses/b.hpp calls `forgotten`"),
    ("losses/b.hpp", "device_.template forgotten<A{}>(x);\n", "losses/b.hpp calls `forgotten`"),
    ("layers/a.hpp", LAYER.replace("device.map", "// device.map"), "has `map`, which nobody calls"),
    ("layers/a.hpp", LAYER.replace("affine_relu", "map"), "has `affine_relu`, which nobody calls"),
    ("backends/cuda/scan.hpp", "void other(F);\n", "`scan` is not in scan.hpp of backends/cuda"),
    ("core/operations/device.hpp", WORDS.replace("device.map", "device.mop"), "calls `map` of a device"),
]


def run(extra, script=CHECK, sound=SOUND):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in (sound | dict([extra] if extra else [])).items():
            header = Path(folder, "strata", path)
            header.parent.mkdir(parents=True, exist_ok=True)
            header.write_text(text)
        return subprocess.run([sys.executable, "-B", script, "--include", folder], capture_output=True, text=True)


def main():
    wrong = []
    for extra in [None, *FINE]:
        result = run(extra)
        if result.returncode != 0:
            wrong.append(f"refused, though sound: {extra and extra[0]}\n{result.stdout}{result.stderr}")
    for path, text, complaint in BROKEN:
        result = run((path, text))
        if result.returncode != 1 or complaint not in result.stdout:
            wrong.append(f"not caught: {path}: {text.strip()[:80]!r}\n{result.stdout}{result.stderr}")
    for script, sound, broken in ((PROTOCOL, PROTOCOL_SOUND, PROTOCOL_BROKEN), (VOCABULARY, VOCABULARY_SOUND, VOCABULARY_BROKEN)):
        result = run(None, script, sound)
        if result.returncode != 0:
            wrong.append(f"refused, though sound: {script.name}\n{result.stdout}{result.stderr}")
        for path, text, complaint in broken:
            result = run((path, text), script, sound)
            if result.returncode != 1 or complaint not in result.stdout + result.stderr:
                wrong.append(f"not caught: {path}: {text.strip()[:80]!r}\n{result.stdout}{result.stderr}")
    caught = len(BROKEN) + len(PROTOCOL_BROKEN) + len(VOCABULARY_BROKEN)
    print("\n".join(wrong) or f"{caught} broken libraries caught, {len(FINE) + 3} sound ones accepted")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
