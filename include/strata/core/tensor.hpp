#pragma once
// The two views that kernels see: plain pointers whose shape, element type and device are in the type.
// Both are row-major and contiguous, own nothing, and cost what a pointer costs. And a batch's shape, for a
// layer that must not read the batch.

#include <strata/core/shape.hpp>
#include <type_traits>

namespace strata {

/// A tensor of fixed shape: a parameter, its gradient. As a matrix it is (rows, columns), columns innermost.
template <class T, class Device, class Shape>
struct TensorView {
    using value_type = T;
    using device_type = Device;
    using shape_type = Shape;
    static constexpr Dims dims = Shape::dims;
    static constexpr Size columns = dims.last();
    static constexpr Size rows() { return dims.elements() / columns; }
    static constexpr Size size() { return dims.elements(); }

    T* data = nullptr;
};

/// A gradient that a backward pass writes. Whether it overwrites (the first writer of a step) or adds
/// (PyTorch accumulates until zero_grad) is known at run time.
template <class T, class Device, class Shape>
struct GradientView : TensorView<T, Device, Shape> {
    bool accumulate = false;
};

/// A batch of samples of one static shape; how many is a run-time value. As a matrix it is
/// (batch * outer extents, columns).
template <class T, class Device, class Shape>
struct BatchView {
    using value_type = T;
    using device_type = Device;
    using shape_type = Shape;
    static constexpr Dims dims = Shape::dims;
    static constexpr Size columns = dims.last();
    static constexpr Size sample_size = dims.elements();
    constexpr Size rows() const { return batch * (sample_size / columns); }
    constexpr Size size() const { return batch * sample_size; }

    T* data = nullptr;
    Size batch = 0;

    /// The same memory under another sample shape of as many elements.
    template <class Other>
    constexpr BatchView<T, Device, Other> as() const {
        static_assert(Other::dims.elements() == sample_size,
                      "strata: a view cannot change the number of elements");
        return {data, batch};
    }
    template <class U>
    requires(std::is_same_v<U, const T> && !std::is_const_v<T>) constexpr
    operator BatchView<U, Device, Shape>() const {
        return {data, batch};
    }
};

namespace detail {
template <class Problem>
struct RefuseUnlessKept;

/// What goes on in the place of a target that has been refused.
struct NoTarget {
    using value_type = NoTarget;
    static constexpr Dims dims{};
    NoTarget* data = nullptr;
    Size batch = 0;
};

}  // namespace detail

/// The shape of a batch, without its elements: what a layer gets in its backward pass in place of an operand
/// that its traits do not keep. Naming `data`, or handing the view to whoever does, ends the compilation with a
/// sentence of `Problem`.
template <class T, class Device, class Shape, class Problem>
struct BatchShape {
    using value_type = T;
    using device_type = Device;
    using shape_type = Shape;
    static constexpr Dims dims = Shape::dims;
    static constexpr Size columns = dims.last();
    static constexpr Size sample_size = dims.elements();
    constexpr Size rows() const { return batch * (sample_size / columns); }
    constexpr Size size() const { return batch * sample_size; }

    static T* const data;  // its definition is instantiated where it is read, and nowhere else
    Size batch = 0;

    template <class Other>
    constexpr BatchShape<T, Device, Other, Problem> as() const {
        static_assert(Other::dims.elements() == sample_size,
                      "strata: a view cannot change the number of elements");
        return {batch};
    }
    operator BatchView<T, Device, Shape>() const { return {data, batch}; }
};
template <class T, class Device, class Shape, class Problem>
T* const BatchShape<T, Device, Shape, Problem>::data = detail::RefuseUnlessKept<Problem>::no_elements;

template <class Problem, class T, class Device, class Shape>
constexpr BatchShape<T, Device, Shape, Problem> shape_only(BatchView<T, Device, Shape> view) {
    return {view.batch};
}

}  // namespace strata
