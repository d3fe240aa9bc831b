#pragma once
// The concept of a dataset. Any type with a static sample shape, a size, and samples:
//
//   struct Parabola {
//       using sample_shape = st::Shape<1>;
//       std::size_t size() const { return 1000; }
//       auto get(std::size_t i) const {
//           const float x = 0.002f * static_cast<float>(i) - 1;
//           return st::Sample{std::array{x}, std::array{x * x}};
//       }
//   };
//
// `get` returns the input and the target: a Sample, a pair, or any struct of two members. Each is a number or
// has begin and end (std::array, std::vector, std::span, xt::xtensor), row-major, with as many elements as
// its shape. With workers in the loader `get` is called from several threads at once. Inputs and targets are
// converted to the types below, but bytes do not become numbers (scale them in `get`), nor numbers indices.
//
// A loader keeps a copy of a dataset that is given by name; data/kept.hpp lists the other ways.
//
// Stated in the dataset where it is not to be deduced from `get`:
//
//   value_type     the input's scalar, float or double; else that of `get`, and float where it is an integer
//   target_type    std::int64_t for class indices, else value_type; an integer target is a class index
//   target_shape   Shape<> for class indices, Shape<1> for a number, Shape<n> for std::array<T, n>
//
// Optional and quicker, where samples already lie in memory:
//
//   void gather(const std::int64_t* indices, Size count, value_type* x, target_type* y) const;
//       the samples of these indices, one after the other
//   std::pair<const value_type*, const target_type*> contiguous(Size first) const;
//       where sample `first` and all behind it lie in order, not to change as long as the dataset lives; a
//       loader that does not shuffle then copies nothing
//   StoredSamples stored() const;
//       all samples as they lie in memory, never to change; a GPU then keeps a copy of them

#include <concepts>
#include <cstdint>
#include <strata/core/element_conversion.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/shape.hpp>
#include <string>
#include <type_traits>
#include <utility>

namespace strata {

/// An input and its target.
template <class X, class Y>
struct Sample {
    X x;
    Y y;
};
template <class X, class Y>
Sample(X, Y) -> Sample<X, Y>;

/// Samples as a dataset keeps them, row after row: inputs of the dataset's value_type, or bytes that stand
/// for b / 255; targets of its target_type, or bytes for class indices.
template <class X, class Y>
struct StoredSamples {
    const X* x;
    const Y* y;
    Size samples;
    const std::int64_t* indices = nullptr;  ///< which of them the dataset consists of; null: all, in order
};

/// Whether a type can be given to a DataLoader.
template <class D>
concept Dataset = requires(const D& dataset, Size i) {
    typename D::sample_shape;
    { dataset.size() } -> std::convertible_to<Size>;
    dataset.get(i);
};

namespace detail {

inline void check_sample_index(Size i, Size size) {
    if (i >= size)
        throw ValueError(
            message("strata: sample ", i, " of a dataset of ", size, "; the first one is sample 0"));
}

template <class T>
auto element_of(const T& value) {
    if constexpr (std::is_arithmetic_v<T>) {
        return value;
    } else {
        auto element = *value.begin();
        return element;
    }
}
/// How many elements a number or an array has; 0 where only the run knows.
template <class T>
constexpr Size static_elements() {
    if constexpr (std::is_arithmetic_v<T>)
        return 1;
    else if constexpr (requires { std::tuple_size<T>::value; })
        return std::tuple_size<T>::value;
    else
        return 0;
}
// Never called, only asked for their types.
template <class D>
auto input_of_sample(const D& dataset) {
    auto [x, y] = dataset.get(Size(0));
    (void)y;
    return x;
}
template <class D>
auto target_of_sample(const D& dataset) {
    auto [x, y] = dataset.get(Size(0));
    (void)x;
    return y;
}

template <class D>
constexpr auto find_value_type() {
    if constexpr (requires { typename D::value_type; }) {
        return typename D::value_type{};
    } else {
        using Element = decltype(element_of(input_of_sample(std::declval<const D&>())));
        return std::conditional_t<std::is_floating_point_v<Element>, Element, float>{};
    }
}

template <class D>
constexpr auto find_target_type() {
    if constexpr (requires { typename D::target_type; }) {
        return typename D::target_type{};
    } else {
        using Element = decltype(element_of(target_of_sample(std::declval<const D&>())));
        return std::conditional_t<std::is_integral_v<Element>, std::int64_t,
                                  decltype(find_value_type<D>())>{};
    }
}

template <class D>
constexpr auto find_target_shape() {
    if constexpr (requires { typename D::target_shape; }) {
        return typename D::target_shape{};
    } else {
        using Target = decltype(target_of_sample(std::declval<const D&>()));
        constexpr Size elements = static_elements<Target>();
        static_assert(elements > 0,
                      "strata: the dataset does not say the shape of its targets; add `using target_shape = "
                      "strata::Shape<...>;` to it (docs/errors.md#dataset)");
        if constexpr (std::is_integral_v<Target>)
            return Shape<>{};
        else
            return Shape<elements>{};
    }
}

/// Copies one input or target to its place in a batch. Throws ShapeError unless it has `elements` elements.
template <Size elements, class From, class To>
void copy_sample(const From& from, To* to, std::int64_t index, const char* what) {
    if constexpr (std::is_arithmetic_v<From>) {
        *to = static_cast<To>(from);
    } else {
        Size count = 0;
        for (auto it = from.begin(), end = from.end(); it != end; ++it, ++count)
            if (count < elements) to[count] = static_cast<To>(*it);
        if (count != elements)
            throw ShapeError(message("strata: the dataset's ", what, " of sample ", index, " has ", count,
                                     " elements, but its shape has ", elements));
    }
}

/// Stands in for what is refused, so that nothing but the refusal is printed.
struct NoDataset {
    using sample_shape = Shape<1>;
    Size size() const { return 0; }
    Sample<float, float> get(Size) const { return {}; }
};

}  // namespace detail

/// What follows from a dataset's type.
template <Dataset D>
struct DatasetTraits {
    using sample_shape = typename D::sample_shape;
    using target_shape = decltype(detail::find_target_shape<D>());
    using value_type = decltype(detail::find_value_type<D>());
    using target_type = decltype(detail::find_target_type<D>());
    static constexpr Size sample_size = sample_shape::dims.elements();
    static constexpr Size target_size = target_shape::dims.elements();

    static constexpr Size given_inputs =
        detail::static_elements<decltype(detail::input_of_sample(std::declval<const D&>()))>();
    static constexpr Size given_targets =
        detail::static_elements<decltype(detail::target_of_sample(std::declval<const D&>()))>();
    static_assert(
        given_inputs == 0 || given_inputs == sample_size,
        "strata: the inputs that the dataset's get returns have another number of elements than its "
        "sample_shape (docs/errors.md#dataset)");
    static_assert(
        given_targets == 0 || given_targets == target_size,
        "strata: the targets that the dataset's get returns have another number of elements than its "
        "target_shape (docs/errors.md#dataset)");

    [[maybe_unused]] static constexpr detail::RefuseConversion<
        decltype(detail::element_of(detail::input_of_sample(std::declval<const D&>()))), value_type>
        inputs_are_converted{};
    [[maybe_unused]] static constexpr detail::RefuseConversion<
        decltype(detail::element_of(detail::target_of_sample(std::declval<const D&>()))), target_type>
        targets_are_converted{};

    using Pointers = std::pair<const value_type*, const target_type*>;
    static constexpr bool is_contiguous = requires(const D& dataset, Size first) {
        { dataset.contiguous(first) } -> std::convertible_to<Pointers>;
    };

    /// Writes the samples of `indices` to `x` and `y`, one after the other.
    static void gather(const D& dataset, const std::int64_t* indices, Size count, value_type* x,
                       target_type* y) {
        if constexpr (requires { dataset.gather(indices, count, x, y); }) {
            dataset.gather(indices, count, x, y);
        } else {
            for (Size i = 0; i < count; ++i) {
                auto&& [input, target] = dataset.get(static_cast<Size>(indices[i]));
                detail::copy_sample<sample_size>(input, x + i * sample_size, indices[i], "input");
                detail::copy_sample<target_size>(target, y + i * target_size, indices[i], "target");
            }
        }
    }
};

}  // namespace strata
