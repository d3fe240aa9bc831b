#pragma once
// The device `Cpu`: the operations that layers, losses and optimizers are written in, one file per kind.

#include <strata/backends/cpu/cross_entropy.hpp>
#include <strata/backends/cpu/denormals.hpp>
#include <strata/backends/cpu/edge.hpp>
#include <strata/backends/cpu/gather.hpp>
#include <strata/backends/cpu/map.hpp>
#include <strata/backends/cpu/matmul.hpp>
#include <strata/backends/cpu/memory.hpp>
#include <strata/backends/cpu/random.hpp>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/backends/cpu/softmax.hpp>

namespace strata {

struct Cpu : cpu::CrossEntropyOperations,
             cpu::GatherOperations,
             cpu::MapOperations,
             cpu::MatmulOperations,
             cpu::RandomOperations,
             cpu::ReduceOperations,
             cpu::SoftmaxOperations {
    template <class T>
    using Buffer = cpu::Buffer<T>;
    /// Lives for the length of a pass or an update.
    using PassScope = cpu::FlushDenormals;

    // The user's edge.
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
        xt::xtensor<T, Shape::dims.rank + 1> result(cpu::batch_shape<Shape>(view.batch));
        copy(view.data, result.data(), view.size());
        return result;
    }
    /// What a user hands in as a batch, as kernels see it.
    template <class T, class Shape, bool any_shape, bool copied, class X, class Staging>
    static BatchView<const T, Cpu, Shape> input_batch(const X& x, Staging& staging) {
        static_assert(
            cpu::Expression<X>,
            "strata: a batch is an xtensor container, view or expression, or what a DataLoader yields "
            "(docs/errors.md#batch)");
        return cpu::input_batch<T, Shape, any_shape, copied>(x, staging);
    }
    /// A target as kernels see it: class indices (batch), or numbers of type T shaped like the prediction.
    template <class T, class Shape, class Y>
    static auto target_batch(const Y& y) {
        if constexpr (requires { y.batch + Y::sample_size; })
            return y;
        else if constexpr (requires { y.batch_view(); })
            return y.batch_view();
        else
            return cpu::target_batch<T, Shape>(y);
    }
};

}  // namespace strata
