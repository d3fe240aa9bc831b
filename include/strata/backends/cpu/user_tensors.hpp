#pragma once
// The user's tensors on the CPU: xtensor containers, views and expressions come in, xtensor adaptors go out.
// Adaptors copy nothing; they show memory, and hold what keeps it where it is.

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <strata/core/element_conversion.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/operations/class_extent.hpp>
#include <strata/core/shape_check.hpp>
#include <strata/core/shared.hpp>
#include <strata/core/tensor.hpp>
#include <strata/fwd.hpp>
#include <strata/xtensor.hpp>
#include <string>

// xtensor takes a class for an expression if it derives from xexpression<itself>. What derives from an
// adaptor names that adaptor, and is one too: so `2 * prediction` and `xt::argmax(prediction, 1)` work.
template <template <class> class Base, class E>
requires requires { typename E::xtensor_adaptor; }
struct xt::detail::is_crtp_base_of_impl<Base, E>
    : std::is_base_of<Base<typename E::xtensor_adaptor>, typename E::xtensor_adaptor> {};

namespace strata {

namespace cpu {

template <class T, Size Rank>
using Adaptor =
    xt::xtensor_adaptor<xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<std::remove_const_t<T>>>,
                        Rank, xt::layout_type::row_major>;

template <class T, Size Rank>
Adaptor<T, Rank> adapt(T* data, const std::array<Size, Rank>& shape) {
    Size size = 1;
    for (Size extent : shape) size *= extent;
    return Adaptor<T, Rank>(
        xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<std::remove_const_t<T>>>(data, size), shape);
}

template <class Shape>
constexpr auto array_shape() {
    std::array<Size, Shape::dims.rank> shape{};
    for (Size i = 0; i != Shape::dims.rank; ++i) shape[i] = Shape::dims.extent[i];
    return shape;
}

/// A batch as an xtensor expression of rank 1 + rank of a sample, which also knows the sample's shape as a
/// type. It holds `owner`, and so do its copies; without one it is a view.
template <class T, class Shape>
class BatchTensor : public Adaptor<T, Shape::dims.rank + 1> {
public:
    using sample_shape = Shape;
    using xtensor_adaptor = Adaptor<T, Shape::dims.rank + 1>;

    explicit BatchTensor(BatchView<T, Cpu, Shape> view, strata::detail::Owner owner = {})
        : Adaptor<T, Shape::dims.rank + 1>(
              cpu::adapt(view.data, strata::detail::batch_shape<Shape>(view.batch))),
          view_(view), owner_(std::move(owner)) {}

    /// The same memory as kernels see it.
    BatchView<T, Cpu, Shape> batch_view() const { return view_; }
    /// What keeps the elements; none: somebody else.
    const strata::detail::Owner& owner() const { return owner_; }

private:
    BatchView<T, Cpu, Shape> view_;
    strata::detail::Owner owner_;
};

/// Whatever has a shape and iterators: an xtensor container, view or expression.
template <class X>
concept Expression = requires(const X& x) {
    x.shape();
    x.dimension();
    x.template begin<xt::layout_type::row_major>();
};

/// Whether the elements lie side by side in row-major order. (xtensor gives extents of one the stride 0.)
template <class X>
bool lies_row_major(const X& x) {
    Size expected = 1;
    for (Size i = x.shape().size(); i-- > 0;) {
        if (x.shape()[i] != 1 && static_cast<Size>(x.strides()[i]) != expected) return false;
        expected *= static_cast<Size>(x.shape()[i]);
    }
    return true;
}

/// x as a batch of samples of `Shape`; an expression that does not lie in memory as the kernels want it is
/// written to `staging` first; with `copied` everything is. Throws ShapeError when the shapes differ.
template <class T, class Shape, bool any_shape, class X, class Staging>
BatchView<const T, Cpu, Shape> input_batch(const X& x, Staging& staging, bool copied) {
    [[maybe_unused]] constexpr strata::detail::RefuseConversion<std::remove_const_t<typename X::value_type>,
                                                                T>
        refused_here{};
    strata::detail::check_shape<Shape, any_shape>("the input", "the network takes", x.shape());
    const Size batch = static_cast<Size>(x.shape()[0]);
    if constexpr (requires {
                      { *x.data() } -> std::same_as<const T&>;
                      x.strides();
                  }) {
        if (lies_row_major(x)) {
            const T* const elements = x.data() + x.data_offset();
            if (!copied) return {elements, batch};
            staging.resize(batch * Shape::dims.elements());
            staging.copy_from(elements);
            return {staging.data(), batch};
        }
    }
    staging.resize(batch * Shape::dims.elements());
    T* to = staging.data();
    for (auto it = x.template begin<xt::layout_type::row_major>(),
              end = x.template end<xt::layout_type::row_major>();
         it != end; ++it)
        *to++ = static_cast<T>(*it);
    return {staging.data(), batch};
}

/// The elements of an expression side by side in row-major order: where they lie already, or in a copy.
template <class U>
struct Elements {
    const U* data;
    std::shared_ptr<U[]> copy;
};
template <class X>
auto elements_of(const X& x) -> Elements<std::remove_const_t<typename X::value_type>> {
    using U = std::remove_const_t<typename X::value_type>;
    if constexpr (requires {
                      { *x.data() } -> std::same_as<const U&>;
                      x.strides();
                  }) {
        if (lies_row_major(x)) return {x.data() + x.data_offset(), nullptr};
    }
    std::shared_ptr<U[]> copy(new U[x.size()]);
    U* to = copy.get();
    for (auto it = x.template begin<xt::layout_type::row_major>(),
              end = x.template end<xt::layout_type::row_major>();
         it != end; ++it)
        *to++ = *it;
    return {copy.get(), std::move(copy)};
}

/// A target as a view, together with the copy that it shows where there had to be one.
template <class U, class Shape>
struct HeldTarget : BatchView<const U, Cpu, Shape> {
    std::shared_ptr<U[]> copy;
};

/// A target that the user hands in: class indices, one per sample (for predictions (C, d...) per sample,
/// (d...)), or numbers of the prediction's shape. What does not lie in memory as kernels read it is copied.
template <class T, class Shape, class Y>
auto target_batch(const Y& y) {
    using U = std::remove_const_t<typename Y::value_type>;
    constexpr bool class_indices = std::is_same_v<U, std::int64_t>;
    constexpr bool allowed = class_indices || std::is_floating_point_v<U>;
    static_assert(allowed, "strata: a target is class indices of type std::int64_t or numbers of the model's "
                           "type, float or double; "
                           "write xt::cast<std::int64_t>(y) or xt::cast<float>(y) (docs/errors.md#target)");
    using TargetShape = std::conditional_t<class_indices, shape_t<without_classes(Shape::dims)>, Shape>;
    if constexpr (allowed) {
        strata::detail::check_target_shape<TargetShape, std::is_floating_point_v<U>>(y.shape());
        Elements<U> elements = elements_of(y);
        return HeldTarget<U, TargetShape>{{elements.data, static_cast<Size>(y.shape()[0])},
                                          std::move(elements.copy)};
    } else {
        return strata::detail::NoTarget{};
    }
}

}  // namespace cpu
}  // namespace strata
