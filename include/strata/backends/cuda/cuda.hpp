#pragma once
// The device `Cuda`: the operations that layers, losses and optimizers are written in, one file per kind.
// Each file stands alone: its class has the queue as its base, a virtual one, so that `Cuda` has one queue.

#include <strata/backends/cuda/attention.hpp>
#include <strata/backends/cuda/convolution.hpp>
#include <strata/backends/cuda/cross_entropy.hpp>
#include <strata/backends/cuda/embedding.hpp>
#include <strata/backends/cuda/gather.hpp>
#include <strata/backends/cuda/loops.hpp>
#include <strata/backends/cuda/map.hpp>
#include <strata/backends/cuda/matmul.hpp>
#include <strata/backends/cuda/norm.hpp>
#include <strata/backends/cuda/normalization.hpp>
#include <strata/backends/cuda/order.hpp>
#include <strata/backends/cuda/planes.hpp>
#include <strata/backends/cuda/pooling.hpp>
#include <strata/backends/cuda/random.hpp>
#include <strata/backends/cuda/reduce.hpp>
#include <strata/backends/cuda/replay.hpp>
#include <strata/backends/cuda/resize.hpp>
#include <strata/backends/cuda/row_normalization.hpp>
#include <strata/backends/cuda/runtime/uploads.hpp>
#include <strata/backends/cuda/scan.hpp>
#include <strata/backends/cuda/softmax.hpp>
#include <strata/backends/cuda/strided.hpp>
#include <strata/backends/cuda/update.hpp>
#include <strata/backends/cuda/user_tensors.hpp>

namespace strata {

/// One NVIDIA GPU: the device that is current in the thread that makes the object. Whoever uses the object, in
/// whatever thread, has that device current, or gets a DeviceError; so does whoever makes one where there is
/// no GPU (`cuda::is_available()` tells).
class Cuda : public cuda::AttentionOperations,
             public cuda::ConvolutionOperations,
             public cuda::CrossEntropyOperations,
             public cuda::EmbeddingOperations,
             public cuda::GatherOperations,
             public cuda::LoopOperations,
             public cuda::MapOperations,
             public cuda::MatmulOperations,
             public cuda::NormOperations,
             public cuda::NormalizationOperations,
             public cuda::OrderOperations,
             public cuda::PlaneOperations,
             public cuda::PoolingOperations,
             public cuda::RandomOperations,
             public cuda::ReduceOperations,
             public cuda::ResizeOperations,
             public cuda::RowNormalizationOperations,
             public cuda::ScanOperations,
             public cuda::SoftmaxOperations,
             public cuda::StridedOperations,
             public cuda::UpdateOperations {
public:
    /// The host does not see the memory, and operations are done later.
    static constexpr bool is_host = false;
    template <class T>
    using Buffer = cuda::Buffer<T>;
    template <class T>
    using Span = cuda::Span<T>;
    using Replay = cuda::Replay;
    using Uploads = cuda::Uploads;
    struct PassScope {
        ~PassScope() {}  // so that an unused one is no warning
    };

    /// Whether products can be rounded to another precision than the model's.
    static constexpr bool rounds_products = true;
    static void check_precision(Precision) {}
    /// Products are rounded to a precision for as long as this lives.
    class PrecisionScope {
    public:
        PrecisionScope(const Cuda& device, Precision precision)
            : device_(device), before_(device.precision()) {
            device_.set_precision(precision);
        }
        PrecisionScope(const PrecisionScope&) = delete;
        PrecisionScope& operator=(const PrecisionScope&) = delete;
        ~PrecisionScope() { device_.set_precision(before_); }

    private:
        const Cuda& device_;
        Precision before_;
    };

    /// `later(device)`; a device that works at once calls `now()`.
    template <class Now, class Later>
    decltype(auto) now_or_later(const Now&, const Later& later) const {
        return later(*this);
    }
    /// Bytes of device memory that nobody uses.
    static Size free_memory() { return cuda::detail::free_memory(); }
    /// What the host tells the device before each step: a new seed, if there is one.
    void begin_step() const { follow_generator(); }

    // The user's tensors.
    template <class T, class Shape>
    using BatchTensor = cuda::BatchTensor<T, Shape>;

    template <class T, class Shape>
    static auto tensor(TensorView<T, Cuda, Shape> view) {
        return cuda::TensorReference<T, Shape>(view);
    }
    template <class T, class Shape>
    static auto to_host(BatchView<const T, Cuda, Shape> view) {
        return cuda::BatchTensor<const T, Shape>(view).cpu();
    }
    /// Kernels read a batch where it lies; only a view of memory that will be overwritten is copied.
    template <class T>
    struct Staging : Buffer<T> {
        Staging() : Buffer<T>("a batch") {}
    };
    template <class T, class Shape, bool any_shape, class X>
    static BatchView<const T, Cuda, Shape> input_batch(const X& x, Staging<T>&, bool) {
        return cuda::input_batch<T, Shape, any_shape>(x);
    }
    template <class T, class Shape, class Y>
    static auto target_batch(const Y& y) {
        return cuda::target_batch<T, Shape>(y);
    }
    /// x where this device computes: itself, or a copy.
    template <class X>
    static decltype(auto) here(const X& x) {
        if constexpr (requires { typename X::device_type; })
            return (x);
        else
            return cuda::Tensor<std::remove_const_t<typename X::value_type>>(x);
    }
};

}  // namespace strata
