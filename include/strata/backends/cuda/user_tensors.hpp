#pragma once
// The user's tensors on the device: tensors that live there, how the host's get in, and how they come back.
// Nothing here knows xtensor; whatever has a shape and iterators can come in.

#include <concepts>
#include <cstdint>
#include <strata/backends/cuda/runtime/memory.hpp>
#include <strata/core/host_tensor.hpp>
#include <strata/core/operations/class_extent.hpp>
#include <strata/core/shape_check.hpp>
#include <strata/core/shared.hpp>
#include <strata/core/tensor.hpp>
#include <strata/fwd.hpp>

namespace strata {

namespace cuda {

namespace detail {

template <class T>
HostTensor<std::remove_const_t<T>> fetched(T* data, std::vector<Size> shape) {
    HostTensor<std::remove_const_t<T>> host(std::move(shape));
    copy_and_wait(data, host.data(), host.size() * sizeof(T), Direction::to_host);
    return host;
}

/// Whatever has a shape and elements in row-major order, on the host.
template <class X>
concept HostArray = requires(const X& x) {
    typename X::value_type;
    x.shape().size();
    x.shape()[0];
}
&&!requires { typename X::device_type; };

/// The elements of a host tensor in row-major order.
template <class T, class X>
std::vector<T> elements_of(const X& x) {
    std::vector<T> elements;
    if constexpr (requires { X::static_layout; }) {
        // xtensor: in row-major order (its layout_type 1), whatever the order in memory
        constexpr auto row_major = static_cast<std::remove_cv_t<decltype(X::static_layout)>>(1);
        for (auto it = x.template begin<row_major>(), end = x.template end<row_major>(); it != end; ++it)
            elements.push_back(static_cast<T>(*it));
    } else {
        for (const auto& element : x) elements.push_back(static_cast<T>(element));
    }
    return elements;
}

}  // namespace detail

namespace detail {

/// What copies of a tensor share.
template <class T>
struct TensorMemory : strata::detail::Counted {
    Buffer<T> elements{"a tensor"};
};

}  // namespace detail

/// A tensor that lives on the device, of a shape that the run knows: a batch or a target on its way to a
/// model. `strata::to<Cuda>(x)` makes one. As torch's tensors do, copies share their elements.
template <class T>
class Tensor {
public:
    using value_type = T;
    using device_type = Cuda;

    /// A copy of what the host holds.
    template <detail::HostArray X>
    explicit Tensor(const X& x) : shape_(x.shape().begin(), x.shape().end()) {
        const std::vector<T> elements = detail::elements_of<T>(x);
        memory_->elements.resize(elements.size());
        memory_->elements.copy_from(elements.data());
    }

    const std::vector<Size>& shape() const { return shape_; }
    Size dimension() const { return shape_.size(); }
    Size size() const { return memory_->elements.size(); }
    /// In the device's memory.
    T* data() { return memory_->elements.data(); }
    const T* data() const { return memory_->elements.data(); }
    /// What keeps the elements.
    strata::detail::Owner owner() const { return memory_; }

    /// A copy on the host; waits for the device.
    HostTensor<T> cpu() const { return detail::fetched(data(), shape_); }

private:
    std::vector<Size> shape_;
    strata::detail::Shared<detail::TensorMemory<T>> memory_{new detail::TensorMemory<T>};
};

/// A batch on the device. As torch's tensors do, it comes to the host by `cpu()`. It holds `owner`, and so do
/// its copies; without one it is a view.
template <class T, class Shape>
class BatchTensor {
public:
    using value_type = std::remove_const_t<T>;
    using device_type = Cuda;
    using sample_shape = Shape;

    explicit BatchTensor(BatchView<T, Cuda, Shape> view, strata::detail::Owner owner = {})
        : view_(view), owner_(std::move(owner)) {}

    std::vector<Size> shape() const {
        const auto shape = strata::detail::batch_shape<Shape>(view_.batch);
        return {shape.begin(), shape.end()};
    }
    Size size() const { return view_.size(); }
    /// The same memory as kernels see it.
    BatchView<T, Cuda, Shape> batch_view() const { return view_; }
    /// What keeps the elements; none: somebody else.
    const strata::detail::Owner& owner() const { return owner_; }
    /// A copy on the host; waits for the device.
    HostTensor<value_type> cpu() const { return detail::fetched(view_.data, shape()); }

private:
    BatchView<T, Cuda, Shape> view_;
    strata::detail::Owner owner_;
};

/// A parameter or a gradient on the device.
template <class T, class Shape>
class TensorReference {
public:
    using value_type = std::remove_const_t<T>;
    using device_type = Cuda;

    explicit TensorReference(TensorView<T, Cuda, Shape> view) : view_(view) {}

    std::vector<Size> shape() const { return {Shape::dims.extent, Shape::dims.extent + Shape::dims.rank}; }
    Size dimension() const { return Shape::dims.rank; }
    Size size() const { return view_.size(); }
    /// A copy on the host; waits for the device.
    HostTensor<value_type> cpu() const { return detail::fetched(view_.data, shape()); }

    /// New elements, `size()` of them in row-major order.
    void copy_from(const value_type* host) const requires(!std::is_const_v<T>) {
        detail::copy_and_wait(host, view_.data, size() * sizeof(T), detail::Direction::to_device);
    }
    /// New elements from a tensor on the host. Throws ShapeError when its shape is another.
    template <detail::HostArray X>
    void copy_from(const X& x) const requires(!std::is_const_v<T>) {
        const std::vector<Size> given(x.shape().begin(), x.shape().end()), own = shape();
        if (given != own)
            throw ShapeError(message(
                "strata: a tensor of the shape ", strata::detail::text_of(given.data(), given.size()),
                " does not go into one of the shape ", strata::detail::text_of(own.data(), own.size())));
        copy_from(detail::elements_of<value_type>(x).data());
    }

private:
    TensorView<T, Cuda, Shape> view_;
};

/// A batch on the device as kernels see it. Throws ShapeError when its shape is another.
template <class T, class Shape, bool any_shape, class X>
BatchView<const T, Cuda, Shape> input_batch(const X& x) {
    constexpr bool the_batch_lives_on_the_device = requires { typename X::device_type; };
    static_assert(the_batch_lives_on_the_device,
                  "strata: the model lives on Cuda and this batch on the host; write strata::to<Cuda>(x) "
                  "(docs/errors.md#batch-device)");
    if constexpr (the_batch_lives_on_the_device) {
        constexpr bool the_batch_has_the_scalars_of_the_model = std::is_same_v<typename X::value_type, T>;
        static_assert(the_batch_has_the_scalars_of_the_model,
                      "strata: the batch holds numbers of another type than the model's "
                      "(docs/errors.md#batch)");
        strata::detail::check_shape<Shape, any_shape>("the input", "the network takes", x.shape());
        if constexpr (the_batch_has_the_scalars_of_the_model) return {x.data(), x.shape()[0]};
    }
    return {};
}

/// A target on the device: class indices, one per sample, or numbers of the prediction's shape.
template <class T, class Shape, class Y>
auto target_batch(const Y& y) {
    constexpr bool the_target_lives_on_the_device = requires { typename Y::device_type; };
    static_assert(the_target_lives_on_the_device,
                  "strata: the model lives on Cuda and this target on the host; write strata::to<Cuda>(y) "
                  "(docs/errors.md#batch-device)");
    if constexpr (the_target_lives_on_the_device) {
        using U = typename Y::value_type;
        using TargetShape =
            std::conditional_t<std::is_same_v<U, std::int64_t>, shape_t<without_classes(Shape::dims)>, Shape>;
        strata::detail::check_target_shape<TargetShape, std::is_floating_point_v<U>>(y.shape());
        return BatchView<const U, Cuda, TargetShape>{y.data(), y.shape()[0]};
    } else {
        return strata::detail::NoTarget{};
    }
}

}  // namespace cuda
}  // namespace strata
