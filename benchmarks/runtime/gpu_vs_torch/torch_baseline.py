"""PyTorch's time per training step and per inference, as lines of JSON like those of strata.cu.

Ways:
  eager    as it is usually written, with the fused optimizer
  compile  torch.compile(mode="reduce-overhead") of gather, forward and loss; the optimizer fused or compiled as
           well, whichever is quicker
  graph    the whole step, from the gather to the optimizer, captured by hand in one torch.cuda.graph; gather,
           forward and loss as they are or compiled, whichever is quicker

A step gathers a new batch from samples on the device, in an order that lies there too, trains on it, and adds its
loss to a sum on the device. Nothing is read until the end. Without PyTorch or without a GPU the program says so
and ends with 77.
"""

import argparse
import contextlib
import gc
import json
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f"torch_baseline: no PyTorch in this Python ({error})", file=sys.stderr)
    sys.exit(77)

NETS = ["784-10", "784-128-10", "784-512-512-10", "784-256-256-256-256-10"]
OPTIMIZERS = {"sgd": (torch.optim.SGD, {"lr": 1e-2}), "adam": (torch.optim.Adam, {"lr": 1e-3})}


def parse():
    def names(text):
        return text.split(",")

    def numbers(text):
        return [int(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(description="PyTorch's side of scripts/benchmark_gpu")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--nets", type=names, help="comma-separated; default: all")
    parser.add_argument("--batches", type=numbers, help="comma-separated; default: all")
    parser.add_argument("--seconds", type=float, default=0.3, help="that each figure is measured for")
    parser.add_argument("--precision", choices=["float32", "tf32", "bfloat16"], default="float32")
    parser.add_argument("--ways", type=names, default=["eager", "compile", "graph"], help="comma-separated")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="cpu: the eager way alone")
    options = parser.parse_args()
    unknown = [way for way in options.ways if way not in ("eager", "compile", "graph")]
    if unknown:
        parser.error(f"no such way: {unknown[0]}; there are eager, compile and graph")
    if options.quick:
        options.seconds = 0.01
    if options.device == "cpu":
        options.ways = [way for way in options.ways if way == "eager"]
    return options


class Data:
    """Random samples on the device, and a fixed random order in which they are used."""

    def __init__(self, samples, device):
        self.x = torch.rand(samples, 784, device=device) * 2 - 1
        self.y = torch.randint(10, (samples,), device=device)
        self.order = torch.randperm(samples, device=device)


class Timer:
    """Microseconds per call of step(i): the median of five blocks, each synchronised at both ends only."""

    def __init__(self, options):
        self.device = options.device
        self.seconds = options.seconds

    def block(self, step, calls):
        self.wait()
        start = time.perf_counter()
        for i in range(calls):
            step(i)
        self.wait()
        return time.perf_counter() - start

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def __call__(self, step, warm_ups=24):
        blocks = 5
        self.block(step, warm_ups)
        one = self.block(step, 16) / 16
        calls = max(16, int(self.seconds / blocks / one))
        return statistics.median(self.block(step, calls) for _ in range(blocks)) * 1e6 / calls


def make_net(name):
    widths = [int(width) for width in name.split("-")]
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])  # raw logits, because the loss is cross entropy


def casts(precision, device):
    """The context in which products are rounded to bfloat16; float32 and tf32 are a setting of the process."""
    if precision == "bfloat16":
        return torch.autocast(device, dtype=torch.bfloat16, cache_enabled=False)
    return contextlib.nullcontext()


def static(tensor):
    """Tells torch.compile that a tensor stays where it is, so that no graph copies it."""
    torch._dynamo.mark_static_address(tensor)
    return tensor


def begin_compiling():
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()


def skipped_graphs():
    """What has to be said beside a compiled figure: parts that PyTorch would not run as CUDA graphs."""
    skipped = torch._dynamo.utils.counters["inductor"]["cudagraph_skips"]
    return f", {skipped} parts without a CUDA graph" if skipped else ""


class Training:
    """A fresh net and the parts of its step."""

    def __init__(self, options, data, net, batch, optimizer, kind, capturable=False):
        torch.manual_seed(42)
        self.options, self.data = options, data
        self.model = make_net(net).to(options.device)
        algorithm, arguments = OPTIMIZERS[optimizer]
        arguments = dict(arguments, **({} if kind == "plain" else {kind: True}))
        if capturable and optimizer == "adam":
            arguments["capturable"] = True
        self.optimizer = algorithm(list(self.model.parameters()), **arguments)
        self.batches = data.order.view(-1, batch)
        self.indices = list(self.batches)
        self.total = torch.zeros((), device=options.device)

    def forward(self, index):
        x = self.data.x.index_select(0, index)
        y = self.data.y.index_select(0, index)
        with casts(self.options.precision, self.options.device):
            return F.cross_entropy(self.model(x), y)

    def check(self):
        if not torch.isfinite(self.total).item():
            raise FloatingPointError("the loss is not finite")


def eager_training(options, timer, kind, *case):
    training = Training(options, *case, kind)
    indices, optimizer = training.indices, training.optimizer

    def step(i):
        optimizer.zero_grad(set_to_none=True)
        loss = training.forward(indices[i % len(indices)])
        loss.backward()
        optimizer.step()
        training.total.add_(loss.detach())

    us = timer(step)
    training.check()
    return us, f"{kind} optimizer"


def compiled_training(options, timer, kind, *case):
    """`kind` is "compiled": the optimizer too, in a graph of its own; else how the eager optimizer works."""
    begin_compiling()
    whole = kind == "compiled"
    training = Training(options, *case, "foreach" if whole else kind, capturable=whole)
    static(training.data.x)
    static(training.data.y)
    indices, optimizer = training.indices, training.optimizer
    forward = torch.compile(training.forward, mode="reduce-overhead", dynamic=False)

    def update():
        optimizer.step()

    if whole:
        update = torch.compile(update, mode="reduce-overhead", dynamic=False)

    def step(i):
        torch.compiler.cudagraph_mark_step_begin()
        optimizer.zero_grad(set_to_none=True)
        loss = forward(indices[i % len(indices)])
        loss.backward()
        update()
        training.total.add_(loss.detach())

    us = timer(step)
    training.check()
    return us, f"{kind} optimizer{skipped_graphs()}"


def captured_training(options, timer, kind, *case):
    """`kind` is "compiled": gather, forward and loss are compiled; else how the optimizer works."""
    compiled = kind == "compiled"
    training = Training(options, *case, "fused" if compiled else kind, capturable=True)
    optimizer, forward = training.optimizer, training.forward
    if compiled:
        begin_compiling()
        forward = torch.compile(forward, dynamic=False)
    position = torch.zeros(1, dtype=torch.int64, device=options.device)

    def work():
        index = training.batches.index_select(0, position).view(-1)
        position.add_(1)
        loss = forward(index)
        loss.backward()
        optimizer.step()
        training.total.add_(loss.detach())

    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(3):
            position.zero_()
            optimizer.zero_grad(set_to_none=True)
            work()
    torch.cuda.current_stream().wait_stream(beside)

    position.zero_()
    optimizer.zero_grad(set_to_none=True)  # so that the graph overwrites the gradients and need not zero them
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    count = len(training.indices)

    def step(i):
        if i % count == 0:
            position.zero_()
        graph.replay()

    us = timer(step)
    training.check()
    return us, "compiled forward, fused optimizer" if compiled else f"{kind} optimizer"


def inference(options, timer, way, net, batch):
    torch.manual_seed(42)
    model = make_net(net).to(options.device).eval()
    x = torch.rand(batch, 784, device=options.device) * 2 - 1

    def forward(x):
        with casts(options.precision, options.device):
            return model(x)

    if way == "eager":
        with torch.inference_mode():
            return timer(lambda i: forward(x)), ""
    with torch.no_grad():
        if way == "compile":
            begin_compiling()
            compiled = torch.compile(forward, mode="reduce-overhead", dynamic=False)
            static(x)
            us = timer(lambda i: compiled(x))
            return us, skipped_graphs().removeprefix(", ")
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(3):
                forward(x)
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            forward(x)
        return timer(lambda i: graph.replay()), ""


def attempt(measure, *arguments):
    """What to print: a time with a note, or an error."""
    try:
        us, note = measure(*arguments)
        return {"us": round(us, 3), **({"note": note} if note else {})}
    except Exception as error:  # whatever this version of PyTorch has to say; the other figures stand
        return {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"}
    finally:
        gc.collect()


# For each way, groups of kinds: of a group the first that works is measured, and the quickest group is printed.
KINDS = {
    "eager": (eager_training, [["fused", "foreach", "plain"]]),
    "compile": (compiled_training, [["fused", "foreach"], ["compiled"]]),
    "graph": (captured_training, [["fused", "foreach", "plain"], ["compiled"]]),
}


def measure_training(options, timer, way, *case):
    measure, groups = KINDS[way]
    found, errors = [], []
    for group in groups:
        for kind in group:
            result = attempt(measure, options, timer, kind, *case)
            if "us" in result:
                found.append(result)
                break
            errors.append(f"{kind}: {result['error']}")
    return min(found, key=lambda result: result["us"]) if found else {"error": "; ".join(errors)}


def main():
    options = parse()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("torch_baseline: PyTorch finds no GPU here", file=sys.stderr)
        sys.exit(77)
    torch.set_float32_matmul_precision("high" if options.precision == "tf32" else "highest")

    def line(**fields):
        print(json.dumps(fields), flush=True)

    line(info="torch", PyTorch=torch.__version__, **{"PyTorch's CUDA": torch.version.cuda or "none"})
    timer = Timer(options)
    data = Data(2048 if options.quick else 65536, options.device)
    training_batches = [64, 1024] if options.quick else [64, 1024, 16384]
    inference_batches = [1, 64] if options.quick else [1, 4096]

    def chosen(batches):
        return [batch for batch in batches if options.batches is None or batch in options.batches]

    for net in NETS:
        if options.nets is not None and net not in options.nets:
            continue
        for way in options.ways:
            for optimizer in OPTIMIZERS:
                for batch in chosen(training_batches):
                    result = measure_training(options, timer, way, data, net, batch, optimizer)
                    line(case=net, batch=batch, optimizer=optimizer, precision=options.precision, way=way, **result)
            for batch in chosen(inference_batches):
                result = attempt(inference, options, timer, way, net, batch)
                line(case=net, batch=batch, optimizer="inference", precision=options.precision, way=way, **result)


if __name__ == "__main__":
    main()
