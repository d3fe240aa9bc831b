#pragma once
// The vocabulary of devices: the operations that layers, losses and optimizers are written in, as these call
// them. `static_assert(OffersAllOperations<Device>)` fails with one sentence for each that a device lacks, which
// names it; the tests of this header have that line for `Cpu` and for `Cuda`.
//
// An operation is a template over views (tensor.hpp) or pointers. It is documented where it is written, in the
// file that its heading below names, in backends/cpu and in backends/cuda. Operands come first, as they are
// read, and results last: affine(x, weight, bias, y). Where there is a functor, it and the results come first:
// map(f, y, x...). A gradient whose view says `accumulate` is added to. On a device that is not the host, work
// is done later, in order.
//
// A device may have one kernel for two operations. Layers ask whether it is there, because nothing has to be
// written in its place:
//   affine_relu(x, weight, bias, y)   y = max(x Wᵀ + b, 0), for ReLU::forward_behind_affine
//   affine_gelu(x, weight, bias, y)   y = gelu(x Wᵀ + b), with tanh, for GELU::forward_behind_affine
// A device that is not the host has `gather_samples` (gather.hpp), for the batches of a dataset that lies there.

#include <strata/core/operations/operands.hpp>

namespace strata {

namespace detail {

/// The vocabulary, as it is called.
template <class D>
struct OperationsOf : Operands<D> {
    using O = Operands<D>;
    using T = typename O::T;
    using O::device, O::n, O::count, O::number, O::out, O::more, O::in, O::target, O::numbers, O::flag,
        O::norm, O::report, O::f, O::step, O::x, O::dy, O::y, O::dx, O::weight, O::bias, O::dweight, O::dbias,
        O::indices, O::image, O::dimage, O::out_image, O::taps, O::filter, O::dfilter, O::dchannel,
        O::classes, O::channels, O::rows, O::keeps, O::kept, O::running, O::options, O::smoothed, O::row,
        O::matrix, O::shape, O::q, O::heads, O::loops;

    // clang-format off

    // map.hpp; once: map.hpp or runtime/queue.hpp
    /// f(a[i], b[i], ...) for all i < n; it writes the operands that are not const.
    static_assert(requires { device.for_each(n, f, out, in); },
                  "strata: the device lacks for_each (docs/errors.md#operations)");
    /// y = f(x...)
    static_assert(requires { device.map(f, y, x); }, "strata: the device lacks map (docs/errors.md#operations)");
    /// out[i] = value
    static_assert(requires { device.fill(out, n, T(0)); },
                  "strata: the device lacks fill (docs/errors.md#operations)");
    /// Within the device.
    static_assert(requires { device.copy(in, out, n); }, "strata: the device lacks copy (docs/errors.md#operations)");
    /// f(), in order with the others.
    static_assert(requires { device.once(f); }, "strata: the device lacks once (docs/errors.md#operations)");
    /// The report's value is the sum of f(a[i], b[i], ...), divided by a number.
    static_assert(requires { device.sum(report, number, n, f, in); },
                  "strata: the device lacks sum (docs/errors.md#operations)");
    /// The report refuses the batch, for a reason, if f(in[i]) is not 0 for some i < n.
    static_assert(requires { device.refuse_where(report, count, n, f, in); },
                  "strata: the device lacks refuse_where (docs/errors.md#operations)");

    // order.hpp; now_or_later, begin_step: cuda.hpp, order.hpp
    /// now() here and at once, or later(device) where work is done later.
    static_assert(requires { device.now_or_later(f, f); },
                  "strata: the device lacks now_or_later (docs/errors.md#operations)");
    /// What the host tells the device before each step.
    static_assert(requires { device.begin_step(); },
                  "strata: the device lacks begin_step (docs/errors.md#operations)");
    /// A value in the device's memory, when all work is done.
    static_assert(requires { device.fetch(in); }, "strata: the device lacks fetch (docs/errors.md#operations)");
    /// Of what the host knows without waiting: a flag that is set; refuse(report) if there is a refusal.
    static_assert(requires { device.is_known_to_be_set(flag); },
                  "strata: the device lacks is_known_to_be_set (docs/errors.md#operations)");
    static_assert(requires { device.when_refused(report, f); },
                  "strata: the device lacks when_refused (docs/errors.md#operations)");
    /// A report, which is then settled; and where the value of the loss taken last comes from.
    static_assert(requires { device.read_report(report); },
                  "strata: the device lacks read_report (docs/errors.md#operations)");
    static_assert(requires { device.loss_source(report); },
                  "strata: the device lacks loss_source (docs/errors.md#operations)");

    // update.hpp: optimizers
    /// A step of an algorithm: (algorithm, step, states...).
    static_assert(requires { device.update(f, step, out, more); },
                  "strata: the device lacks update (docs/errors.md#operations)");
    /// f(rule, norms, a[i], b[i], ...) for all i < n: (algorithm, step, n, f, operands...).
    static_assert(requires { device.for_each_with_rule(f, step, n, f, out); },
                  "strata: the device lacks for_each_with_rule (docs/errors.md#operations)");
    /// The report refuses the step if a gradient is not finite.
    static_assert(requires { device.check_finite(in, n, report); },
                  "strata: the device lacks check_finite (docs/errors.md#operations)");

    // norm.hpp: of what lies in the device's memory, into a number that lies there
    /// The square root of the sum of squares, in double.
    static_assert(requires { device.norm(in, n, norm); },
                  "strata: the device lacks norm (docs/errors.md#operations)");
    /// The largest |x[i]|.
    static_assert(requires { device.largest_norm(in, n, norm); },
                  "strata: the device lacks largest_norm (docs/errors.md#operations)");
    /// out *= min(1, a number / (norm + 1e-6))
    static_assert(requires { device.scale_to_norm(out, n, norm, number); },
                  "strata: the device lacks scale_to_norm (docs/errors.md#operations)");

    // reduce.hpp
    /// out[j] = the sum over rows of x[row, j]
    static_assert(requires { device.sum_rows(dy, dbias); },
                  "strata: the device lacks sum_rows (docs/errors.md#operations)");
    /// How many positions have their largest value at the target's class.
    static_assert(requires { device.count_correct(x, target, report, *target); },
                  "strata: the device lacks count_correct (docs/errors.md#operations)");

    // matmul.hpp: x (rows, In), y (rows, Out), weight (Out, In)
    /// y = x Wᵀ
    static_assert(requires { device.matmul_transposed(x, weight, y); },
                  "strata: the device lacks matmul_transposed (docs/errors.md#operations)");
    /// y = x Wᵀ + b
    static_assert(requires { device.affine(x, weight, bias, y); },
                  "strata: the device lacks affine (docs/errors.md#operations)");
    /// dx = dy W
    static_assert(requires { device.matmul(dy, weight, dx); },
                  "strata: the device lacks matmul (docs/errors.md#operations)");
    /// dW = dyᵀ x, and db = the sum over rows of dy where there is a bias
    static_assert(requires { device.affine_gradients(dy, x, dweight, dbias); },
                  "strata: the device lacks affine_gradients (docs/errors.md#operations)");

    // strided.hpp: rows and matrices within larger tensors
    /// f(a, b, ...) of each element: (rows, columns, f, operands...).
    static_assert(requires { device.for_each_in_rows(n, count, f, row, row); },
                  "strata: the device lacks for_each_in_rows (docs/errors.md#operations)");
    /// c = a b, or c += a b, for each matrix of a series
    static_assert(requires { device.product(matrix, matrix, matrix, true, count); },
                  "strata: the device lacks product (docs/errors.md#operations)");
    /// Memory for a layer to work in, in inference.
    static_assert(requires { device.template workspace<T>(n); },
                  "strata: the device lacks workspace (docs/errors.md#operations)");

    // loops.hpp: tensors that are broadcast, transposed, or parts of larger ones
    /// out = f(in...) in each turn
    static_assert(requires { device.map_in_loops(loops, f, out, in); },
                  "strata: the device lacks map_in_loops (docs/errors.md#operations)");
    /// out = the sum of f(in...) over the turns in which it stays, divided by a number
    static_assert(requires { device.sum_in_loops(loops, number, f, out, in); },
                  "strata: the device lacks sum_in_loops (docs/errors.md#operations)");
    /// out = the largest of in over these turns
    static_assert(requires { device.max_in_loops(loops, out, in); },
                  "strata: the device lacks max_in_loops (docs/errors.md#operations)");

    // planes.hpp: one number for each plane of images
    /// y = f(x..., the factor of its plane): (f, y, factors, how many, plane, x...).
    static_assert(requires { device.map_planes(f, y, in, n, count, x); },
                  "strata: the device lacks map_planes (docs/errors.md#operations)");
    /// out = the sum of f(a, b) over the planes of each factor: (f, out, plane, a, b).
    static_assert(requires { device.sum_planes(f, dbias, n, x, dy); },
                  "strata: the device lacks sum_planes (docs/errors.md#operations)");

    // softmax.hpp, cross_entropy.hpp
    /// y = exp(x) / sum(exp(x))
    static_assert(requires { device.softmax(classes, in, out); },
                  "strata: the device lacks softmax (docs/errors.md#operations)");
    /// (extent, y, dy, dx)
    static_assert(requires { device.softmax_backward(classes, in, in, out); },
                  "strata: the device lacks softmax_backward (docs/errors.md#operations)");
    /// y = x - log(sum(exp(x)))
    static_assert(requires { device.log_softmax(classes, in, out); },
                  "strata: the device lacks log_softmax (docs/errors.md#operations)");
    /// (extent, y, dy, dx)
    static_assert(requires { device.log_softmax_backward(classes, in, in, out); },
                  "strata: the device lacks log_softmax_backward (docs/errors.md#operations)");
    /// The loss of x, and its gradient unless that is null.
    static_assert(requires { device.cross_entropy(x, target, out, options, report); },
                  "strata: the device lacks cross_entropy (docs/errors.md#operations)");
    /// Against probabilities.
    static_assert(requires { device.cross_entropy(x, in, out, smoothed, report); },
                  "strata: the device lacks cross_entropy (docs/errors.md#operations)");
    /// Whether that counts the correct ones, too: (samples, classes).
    static_assert(requires { device.counts_correct_with_loss(n, count); },
                  "strata: the device lacks counts_correct_with_loss (docs/errors.md#operations)");
    /// As `sum`, of f(number of the column, operands...): (..., rows, columns, numbers, f, operands...).
    static_assert(requires { device.sum_by_column(report, number, n, count, numbers, f, in); },
                  "strata: the device lacks sum_by_column (docs/errors.md#operations)");

    // scan.hpp
    // [scan]
    /// y[k] = x[0] + ... + x[k]
    static_assert(requires { device.cumsum(classes, in, out); },
                  "strata: the device lacks cumsum (docs/errors.md#operations)");
    /// (extent, dy, dx)
    static_assert(requires { device.cumsum_backward(classes, in, out); },
                  "strata: the device lacks cumsum_backward (docs/errors.md#operations)");
    // [scan]

    // random.hpp
    /// 1 / (1 - p) with probability 1 - p, else 0
    static_assert(requires { device.dropout_mask(out, n, number); },
                  "strata: the device lacks dropout_mask (docs/errors.md#operations)");

    // convolution.hpp
    /// y, with a bias unless that is null.
    static_assert(requires { device.template convolution<conv>(image, filter, in, out_image); },
                  "strata: the device lacks convolution (docs/errors.md#operations)");
    /// dx
    static_assert(requires { device.template convolution_backward_input<conv>(dimage, filter, out_image); },
                  "strata: the device lacks convolution_backward_input (docs/errors.md#operations)");
    /// dW
    static_assert(requires { device.template convolution_backward_weight<conv>(image, dimage, dfilter); },
                  "strata: the device lacks convolution_backward_weight (docs/errors.md#operations)");
    /// db
    static_assert(requires { device.template convolution_backward_bias<conv>(dimage, dchannel); },
                  "strata: the device lacks convolution_backward_bias (docs/errors.md#operations)");
    /// dW, and db where there is a bias.
    static_assert(requires { device.template convolution_backward_parameters<conv>(
                    image, dimage, dfilter, dchannel); },
                  "strata: the device lacks convolution_backward_parameters (docs/errors.md#operations)");

    // pooling.hpp, resize.hpp
    /// y, and which element of each window it is: taps, which may be left out.
    static_assert(requires { device.template max_pool<pool<D>()>(image, out_image, taps); },
                  "strata: the device lacks max_pool (docs/errors.md#operations)");
    /// dx
    static_assert(requires { device.template max_pool_backward<pool<D>()>(dimage, taps, out_image); },
                  "strata: the device lacks max_pool_backward (docs/errors.md#operations)");
    /// y
    static_assert(requires { device.template average_pool<pool<D>()>(image, out_image); },
                  "strata: the device lacks average_pool (docs/errors.md#operations)");
    /// dx
    static_assert(requires { device.template average_pool_backward<pool<D>()>(dimage, out_image); },
                  "strata: the device lacks average_pool_backward (docs/errors.md#operations)");
    /// y
    static_assert(requires { device.template resize<larger>(image, out_image); },
                  "strata: the device lacks resize (docs/errors.md#operations)");
    /// dx
    static_assert(requires { device.template resize_backward<larger>(dimage, out_image); },
                  "strata: the device lacks resize_backward (docs/errors.md#operations)");

    // normalization.hpp, row_normalization.hpp: (x - mean) / sqrt(variance + eps) weight + bias
    /// Of channels, by the batch: (extent, x, y, weight, bias, what is kept, eps, running averages).
    static_assert(requires { device.template batch_norm<T>(
                    channels, in, out, in, in, keeps, number, running); },
                  "strata: the device lacks batch_norm (docs/errors.md#operations)");
    /// (extent, x, y, weight, bias, mean, variance, eps)
    static_assert(requires { device.template normalize_channels<T>(
                    channels, in, out, in, in, in, in, number); },
                  "strata: the device lacks normalize_channels (docs/errors.md#operations)");
    /// (extent, v, dy, dx, weight, kept, gradients...)
    static_assert(requires { device.template batch_norm_backward<T>(
                    channels, in, in, out, in, kept, dbias, dbias); },
                  "strata: the device lacks batch_norm_backward (docs/errors.md#operations)");
    /// Of rows: (extent, x, y, weight, bias, what is kept, eps).
    static_assert(requires { device.template normalize_rows<T>(rows, in, out, in, in, keeps, number); },
                  "strata: the device lacks normalize_rows (docs/errors.md#operations)");
    /// (extent, v, dy, dx, weight, kept, gradients...)
    static_assert(requires { device.template normalize_rows_backward<T>(
                    rows, in, in, out, in, kept, dbias, dbias); },
                  "strata: the device lacks normalize_rows_backward (docs/errors.md#operations)");

    // embedding.hpp, attention.hpp
    /// y[i] = weight[indices[i]]
    static_assert(requires { device.embedding(indices, weight, y); },
                  "strata: the device lacks embedding (docs/errors.md#operations)");
    /// dweight[j] = the sum of dy[i] with indices[i] = j, but for one index: (indices, dy, padding, dweight).
    static_assert(requires { device.embedding_gradient(indices, dy, *target, dweight); },
                  "strata: the device lacks embedding_gradient (docs/errors.md#operations)");
    /// softmax(q kᵀ / sqrt(head_size)) v
    static_assert(requires { device.scaled_dot_product_attention(shape, q, q, q, heads, out); },
                  "strata: the device lacks scaled_dot_product_attention (docs/errors.md#operations)");
    /// (shape, q, k, v, probabilities, dout, dq, dk, dv)
    static_assert(requires { device.scaled_dot_product_attention_backward(
                    shape, q, q, q, out, q, heads, heads, heads); },
                  "strata: the device lacks scaled_dot_product_attention_backward (docs/errors.md#operations)");

    // clang-format on
};

}  // namespace detail

/// Whether `Device` offers the vocabulary. One error for each operation that it lacks.
template <class Device>
concept OffersAllOperations = sizeof(detail::OperationsOf<Device>) > 0;

}  // namespace strata
