#pragma once
// The device `Cpu`: the operations that layers, losses and optimizers are written in, one file per kind.

#include <span>
#include <strata/backends/cpu/attention.hpp>
#include <strata/backends/cpu/convolution.hpp>
#include <strata/backends/cpu/cross_entropy.hpp>
#include <strata/backends/cpu/embedding.hpp>
#include <strata/backends/cpu/gather.hpp>
#include <strata/backends/cpu/loops.hpp>
#include <strata/backends/cpu/map.hpp>
#include <strata/backends/cpu/matmul.hpp>
#include <strata/backends/cpu/memory.hpp>
#include <strata/backends/cpu/norm.hpp>
#include <strata/backends/cpu/normalization.hpp>
#include <strata/backends/cpu/order.hpp>
#include <strata/backends/cpu/planes.hpp>
#include <strata/backends/cpu/pooling.hpp>
#include <strata/backends/cpu/random.hpp>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/backends/cpu/replay.hpp>
#include <strata/backends/cpu/resize.hpp>
#include <strata/backends/cpu/row_normalization.hpp>
#include <strata/backends/cpu/scan.hpp>
#include <strata/backends/cpu/simd/denormals.hpp>
#include <strata/backends/cpu/softmax.hpp>
#include <strata/backends/cpu/strided.hpp>
#include <strata/backends/cpu/update.hpp>
#include <strata/backends/cpu/user_tensors.hpp>
#include <strata/core/host_tensor.hpp>
#include <strata/core/operations/precision.hpp>

namespace strata {

struct Cpu : cpu::AttentionOperations,
             cpu::ConvolutionOperations,
             cpu::CrossEntropyOperations,
             cpu::EmbeddingOperations,
             cpu::GatherOperations,
             cpu::LoopOperations,
             cpu::MapOperations,
             cpu::MatmulOperations,
             cpu::NormOperations,
             cpu::NormalizationOperations,
             cpu::OrderOperations,
             cpu::PlaneOperations,
             cpu::PoolingOperations,
             cpu::RandomOperations,
             cpu::ReduceOperations,
             cpu::ResizeOperations,
             cpu::RowNormalizationOperations,
             cpu::ScanOperations,
             cpu::SoftmaxOperations,
             cpu::StridedOperations,
             cpu::UpdateOperations {
    /// The host sees the memory, and each operation is done when it returns.
    static constexpr bool is_host = true;
    template <class T>
    using Buffer = cpu::Buffer<T>;
    template <class T>
    using Span = std::span<T>;
    /// Where batches go that kernels cannot read as they are.
    template <class T>
    using Staging = Buffer<T>;
    using Replay = cpu::Replay;
    /// Lives for the length of a pass or an update.
    using PassScope = cpu::FlushDenormals;

    /// Whether products can be rounded to another precision than the model's.
    static constexpr bool rounds_products = false;
    static void check_precision(Precision precision) {
        if (precision != Precision::float32)
            throw ValueError(
                "strata: the Cpu multiplies in the model's own precision; tf32, bfloat16 and float16 "
                "are for Cuda");
    }
    struct PrecisionScope {
        PrecisionScope(const Cpu&, Precision) {}
    };
    static void follow(const Cpu&) {}

    /// x where this device computes: itself, or a copy.
    template <class X>
    static decltype(auto) here(const X& x) {
        if constexpr (requires { x.cpu(); })
            return x.cpu();
        else
            return (x);
    }

    // The user's tensors.
    template <class T, class Shape>
    using BatchTensor = cpu::BatchTensor<T, Shape>;

    /// A parameter as an xtensor adaptor of the parameter's shape.
    template <class T, class Shape>
    static auto tensor(TensorView<T, Cpu, Shape> view) {
        return cpu::adapt(view.data, cpu::array_shape<Shape>());
    }
    /// A batch as an xtensor that owns its elements.
    template <class T, class Shape>
    static auto to_host(BatchView<const T, Cpu, Shape> view) {
        xt::xtensor<T, Shape::dims.rank + 1> result(detail::batch_shape<Shape>(view.batch));
        copy(view.data, result.data(), view.size());
        return result;
    }
    /// What a user hands in as a batch, as kernels see it.
    template <class T, class Shape, bool any_shape, class X, class Staging>
    static BatchView<const T, Cpu, Shape> input_batch(const X& x, Staging& staging, bool copied) {
        constexpr bool the_batch_lives_on_the_host = !requires { typename X::device_type; };
        static_assert(the_batch_lives_on_the_host,
                      "strata: the model lives on the Cpu and this batch on another device; write "
                      "strata::to<Cpu>(x) (docs/errors.md#batch-device)");
        static_assert(
            cpu::Expression<X> || is_host_tensor<X> || !the_batch_lives_on_the_host,
            "strata: a batch is an xtensor container, view or expression, or what a DataLoader yields "
            "(docs/errors.md#batch)");
        if constexpr (cpu::Expression<X>) {
            return cpu::input_batch<T, Shape, any_shape>(x, staging, copied);
        } else if constexpr (is_host_tensor<X>) {
            detail::check_shape<Shape, any_shape>("the input", "the network takes", x.shape());
            if (!copied) return {x.data(), x.shape()[0]};
            staging.resize(x.size());
            staging.copy_from(x.data());
            return {staging.data(), x.shape()[0]};
        } else {
            return {};
        }
    }
    /// A target as kernels see it: class indices (batch), or numbers of type T shaped like the prediction.
    template <class T, class Shape, class Y>
    static auto target_batch(const Y& y) {
        constexpr bool the_target_lives_on_the_host = !requires { typename Y::device_type; };
        static_assert(the_target_lives_on_the_host,
                      "strata: the model lives on the Cpu and this target on another device; write "
                      "strata::to<Cpu>(y) (docs/errors.md#batch-device)");
        if constexpr (!the_target_lives_on_the_host) {
            return strata::detail::NoTarget{};
        } else if constexpr (is_host_tensor<Y>) {
            using U = typename Y::value_type;
            using TargetShape = std::conditional_t<std::is_same_v<U, std::int64_t>,
                                                   shape_t<without_classes(Shape::dims)>, Shape>;
            detail::check_target_shape<TargetShape, std::is_floating_point_v<U>>(y.shape());
            return BatchView<const U, Cpu, TargetShape>{y.data(), y.shape()[0]};
        } else {
            return cpu::target_batch<T, Shape>(y);
        }
    }
};

}  // namespace strata
