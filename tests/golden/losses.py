#!/usr/bin/env python3
"""Writes losses.hpp: every loss of PyTorch, as a value and its gradient with respect to the prediction.

Inputs are numbers that a float holds exactly, results are computed in double; that PyTorch's own float agrees is
checked here, so that one set of numbers serves both types.
"""

import torch
import torch.nn.functional as F

from literals import Header

out = Header("losses", "The losses of PyTorch: inputs; then the value and after it the gradient as one array per case.")
torch.manual_seed(20)
SHAPES = ((1, 1), (5, 7), (3, 2, 4))


def name_of(shape):
    return "_".join(str(extent) for extent in shape)


def given(name, tensor):
    """Writes an input, rounded to float, and returns it in double."""
    if tensor.dtype != torch.int64:
        tensor = tensor.detach().float()
    out.array(name, tensor)
    return tensor if tensor.dtype == torch.int64 else tensor.double()


def case(name, loss, prediction, target, **options):
    results = []
    for dtype in (torch.float64, torch.float32):
        x = prediction.to(dtype, copy=True).requires_grad_()
        y = target if target.dtype == torch.int64 else target.to(dtype)
        cast = {k: v.to(dtype) if torch.is_tensor(v) else v for k, v in options.items()}
        value = loss(x, y, **cast)
        value.backward()
        results.append(torch.cat([value.detach().reshape(1), x.grad.reshape(-1)]))
    assert torch.isfinite(results[0]).all(), name
    torch.testing.assert_close(results[1].double(), results[0], rtol=2e-5, atol=1e-6, msg=name)
    out.array(name, results[0])


def reductions(name, loss, prediction, target, kinds=("mean", "sum"), **options):
    for kind in kinds:
        case(f"{name}_{kind.replace('batchmean', 'batch_mean')}", loss, prediction, target, reduction=kind, **options)


def elementwise():
    for shape in SHAPES:
        n = name_of(shape)
        out.note(f"Losses of numbers, shape {shape}")
        x, y = given(f"x_{n}", 1.5 * torch.randn(shape)), given(f"y_{n}", torch.randn(shape))
        reductions(f"l1_{n}", F.l1_loss, x, y)
        reductions(f"mse_{n}", F.mse_loss, x, y)
        reductions(f"smooth_l1_{n}", F.smooth_l1_loss, x, y)
        reductions(f"huber_{n}", F.huber_loss, x, y)
        case(f"smooth_l1_beta_0_{n}", F.smooth_l1_loss, x, y, beta=0.0)
        case(f"smooth_l1_beta_2_5_{n}", F.smooth_l1_loss, x, y, beta=2.5)
        case(f"huber_delta_0_3_{n}", F.huber_loss, x, y, delta=0.3)
        case(f"huber_delta_2_5_{n}", F.huber_loss, x, y, delta=2.5)

    out.note("The same far out, at equality and at the ends of beta = 1 and delta = 1")
    x = given("far_x", torch.tensor([1e4, -1e4, 0.5, 1.5, -0.5, 1e-4]))
    y = given("far_y", torch.tensor([-1e4, 1e4, 0.5, 0.5, 0.5, 0.0]))
    for name, loss in (("l1", F.l1_loss), ("mse", F.mse_loss), ("smooth_l1", F.smooth_l1_loss), ("huber", F.huber_loss)):
        case(f"{name}_far", loss, x, y)


def binary():
    for shape in SHAPES:
        n = name_of(shape)
        out.note(f"Binary cross-entropy, shape {shape}")
        z = given(f"logits_{n}", 3 * torch.randn(shape))
        p = given(f"probabilities_{n}", torch.sigmoid(z))
        hard = given(f"hard_{n}", (torch.rand(shape) < 0.5).float())
        soft = given(f"soft_{n}", torch.rand(shape))
        weight = given(f"pos_weight_{n}", 0.2 + 3 * torch.rand(shape[-1:]))
        for kind, t in (("hard", hard), ("soft", soft)):
            reductions(f"bce_{kind}_{n}", F.binary_cross_entropy, p, t)
            logits = F.binary_cross_entropy_with_logits
            reductions(f"bce_with_logits_{kind}_{n}", logits, z, t)
            case(f"bce_with_logits_{kind}_one_weight_{n}", logits, z, t, pos_weight=torch.tensor([2.5]).double())
            reductions(f"bce_with_logits_{kind}_weights_{n}", logits, z, t, pos_weight=weight)

    out.note("Binary cross-entropy at the ends")
    p = given("end_probabilities", torch.tensor([0, 0, 1, 1, 1e-8, 1e-8, 1 - 6e-8, 1 - 6e-8]))
    t = given("end_targets", torch.tensor([0.0, 1, 0, 1, 0, 1, 0, 1]))
    reductions("bce_ends", F.binary_cross_entropy, p, t)
    z = given("end_logits", torch.tensor([1e4, 1e4, -1e4, -1e4, 88.8, -88.8, 0, -0.0]))
    reductions("bce_with_logits_ends", F.binary_cross_entropy_with_logits, z, t)
    case("bce_with_logits_ends_weight", F.binary_cross_entropy_with_logits, z, t, pos_weight=torch.tensor([3.0]).double())


def divergence():
    for shape in ((1, 3), (5, 7), (3, 2, 4)):
        n = name_of(shape)
        out.note(f"Kullback-Leibler divergence, shape {shape}, distributions along dim 1")
        x = given(f"log_p_{n}", torch.log_softmax(2 * torch.randn(shape), 1))
        q = torch.softmax(2 * torch.randn(shape), 1)
        log_q = given(f"log_q_{n}", q.log())
        q.view(-1)[0] = 0
        q = given(f"q_{n}", q)
        kinds = ("mean", "sum", "batchmean")
        reductions(f"kl_div_{n}", F.kl_div, x, q, kinds)
        reductions(f"kl_div_log_target_{n}", F.kl_div, x, log_q, kinds, log_target=True)
    out.note("Kullback-Leibler divergence at the ends")
    x = given("end_log_p", torch.tensor([-1e4, 0, -1e4, 0]))
    case("kl_div_ends", F.kl_div, x, given("end_q", torch.tensor([1.0, 0, 0, 1])))
    case("kl_div_log_target_ends", F.kl_div, x, given("end_log_q", torch.tensor([0, -1e4, -1e4, 0])), log_target=True)


def margin():
    for shape in SHAPES:
        n = name_of(shape)
        out.note(f"Soft margin, shape {shape}")
        x, y = given(f"margin_x_{n}", 2 * torch.randn(shape)), given(f"margin_y_{n}", torch.randn(shape).sign())
        reductions(f"soft_margin_{n}", F.soft_margin_loss, x, y)


def classes():
    nll, cross_entropy = F.nll_loss, F.cross_entropy
    for shape in ((1, 3), (6, 5), (3, 35), (2, 3, 4), (2, 3, 2, 2)):
        n = name_of(shape)
        out.note(f"Classes, shape {shape}")
        z = given(f"z_{n}", 2 * torch.randn(shape))
        x = given(f"log_z_{n}", torch.log_softmax(z, 1))
        labels = torch.randint(shape[1], shape[:1] + shape[2:])
        t = given(f"t_{n}", labels)
        some = labels.clone().reshape(-1)
        some[1::3] = -100
        some = given(f"t_some_{n}", some.reshape(labels.shape))  # -100: not counted
        w = given(f"w_{n}", 0.2 + torch.rand(shape[1]))
        q = given(f"share_{n}", torch.softmax(torch.randn(shape), 1))
        only = int(labels.reshape(-1)[-1]) if labels.numel() > 1 else -100  # a class that is there, to be ignored
        out.value(f"only_{n}", only, "std::int64_t")

        reductions(f"nll_{n}", nll, x, t)
        reductions(f"nll_some_{n}", nll, x, some)
        reductions(f"nll_weight_some_{n}", nll, x, some, weight=w)
        reductions(f"cross_entropy_{n}", cross_entropy, z, t)
        reductions(f"cross_entropy_some_{n}", cross_entropy, z, some)
        reductions(f"cross_entropy_weight_some_{n}", cross_entropy, z, some, weight=w)
        reductions(f"cross_entropy_smooth_{n}", cross_entropy, z, t, label_smoothing=0.1)
        case(f"cross_entropy_smooth_1_{n}", cross_entropy, z, t, label_smoothing=1.0)
        reductions(f"cross_entropy_smooth_weight_some_{n}", cross_entropy, z, some, weight=w, label_smoothing=0.3)
        reductions(f"cross_entropy_share_{n}", cross_entropy, z, q)
        reductions(f"cross_entropy_share_smooth_weight_{n}", cross_entropy, z, q, weight=w, label_smoothing=0.3)
        if labels.numel() > 1 and (labels != only).any():
            case(f"nll_ignore_{n}", nll, x, t, ignore_index=only)
            case(f"cross_entropy_ignore_{n}", cross_entropy, z, t, ignore_index=only)

    out.note("Classes at the ends, shape (4, 3)")
    z = given("end_z", torch.tensor([[1e4, -1e4, 0], [1e4, -1e4, 0], [-1e4, -1e4, -1e4], [88.8, -88.8, 88.8]]))
    t = given("end_t", torch.tensor([0, 1, 2, 0]))
    one_hot = given("end_one_hot", F.one_hot(t, 3).float())
    reductions("cross_entropy_ends", cross_entropy, z, t)
    case("cross_entropy_smooth_ends", cross_entropy, z, t, label_smoothing=0.1)
    case("cross_entropy_share_ends", cross_entropy, z, one_hot)
    case("nll_ends", nll, given("end_log_z", torch.log_softmax(z, 1)), t)


def model():
    out.note("A whole network: Linear(4, 6), ReLU, Linear(6, 3), LogSoftmax and NLLLoss, batch 5")
    net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3), torch.nn.LogSoftmax(1))
    for name, parameter in net.named_parameters():
        out.array("net_" + name.replace(".", "_"), parameter)
    net = net.double()
    x = given("net_x", torch.randn(5, 4))
    y = given("net_y", torch.randint(3, (5,)))
    prediction = net(x)
    loss = torch.nn.NLLLoss()(prediction, y)
    loss.backward()
    out.array("net_prediction", prediction)
    out.value("net_loss", loss.item())
    for name, parameter in net.named_parameters():
        out.array(f"net_{name.replace('.', '_')}_gradient", parameter.grad)


elementwise()
binary()
divergence()
classes()
model()
margin()
out.write()
