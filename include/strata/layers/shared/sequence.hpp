#pragma once
// The common part of layers for sequences: they take samples (T, In), T vectors one after the other, and are written
// with sizes and options behind them.

#include <strata/core/network/diagnostics.hpp>
#include <strata/layers/shared/bias.hpp>

namespace strata {

template <Size... Extents>
struct Reshape;

inline void it_takes_a_sequence_of_vectors__a_sample_of_two_extents_such_as() {}

namespace detail {

/// (T, In); In is given, or 0: whatever arrives.
constexpr bool is_sequence(Dims given, Size in) { return given.rank == 2 && (in == 0 || given.last() == in); }
/// Why it is none.
constexpr ShapeOutcome refuse_sequence(Dims given, Size in) {
    if (given.rank != 2)
        return refuse(&it_takes_a_sequence_of_vectors__a_sample_of_two_extents_such_as,
                      dims(given.rank > 1 ? given.extent[0] : 1, in > 0 ? in : given.last()));
    return refuse(&it_takes_a_last_extent_of, dims(in));
}

/// Template arguments: one or two sizes, and options that are told apart by their types.
template <auto... Arguments>
struct SizesAndOptions {
    template <auto Argument>
    static constexpr bool is_size = std::is_integral_v<decltype(Argument)>;
    template <auto Argument>
    static constexpr long long number() {
        if constexpr (is_size<Argument>)
            return static_cast<long long>(Argument);
        else
            return 0;
    }
    static constexpr Size size_count = (Size(0) + ... + Size(is_size<Arguments>));
    static constexpr bool has_two_sizes = size_count == 2;
    static constexpr long long numbers[sizeof...(Arguments) + 2] = {number<Arguments>()...};
    static constexpr long long first = numbers[0], last = numbers[has_two_sizes ? 1 : 0];
    static constexpr bool has_bool = (std::is_same_v<decltype(Arguments), bool> || ...);

    /// (Deduced, because nvcc 13 writes the decltype of an argument of class type wrongly.)
    template <class Option, class T>
    static constexpr bool is_a(const T&) {
        return std::is_same_v<T, Option>;
    }
    template <class Option>
    static constexpr Size count() {
        return (Size(0) + ... + Size(is_a<Option>(Arguments)));
    }
    template <auto Argument, class Option>
    static constexpr Option taken(Option otherwise) {
        if constexpr (is_a<Option>(Argument))
            return Argument;
        else
            return otherwise;
    }
    /// The argument of this type, if there is one.
    template <class Option>
    static constexpr Option find(Option found) {
        (void(found = taken<Arguments>(found)), ...);
        return found;
    }
    /// Whether the sizes come first, and then at most one of each of these.
    template <class... Options>
    static constexpr bool in_order() {
        Size in_front = 0;
        (void)((is_size<Arguments> && ++in_front > 0) && ...);
        return in_front == size_count &&
               in_front + (Size(0) + ... + count<Options>()) == sizeof...(Arguments) &&
               ((count<Options>() <= 1) && ...);
    }
};

/// `Layer` with another first size.
template <template <auto...> class Layer, int in, auto first, auto... rest>
Layer<in, rest...> with_input();

/// What would have fitted a layer that states its input's last extent: another one, or a sequence of vectors
/// of it.
template <template <auto...> class Layer, class Given, Size in, auto... Arguments>
auto sequence_remedy() {
    constexpr Dims given = Given::dims;
    if constexpr (in == 0)
        return change_it_or_a_layer_before_it{};
    else if constexpr (given.rank == 2)
        return write_instead<decltype(with_input<Layer, int(given.last()), Arguments...>())>{};
    else if constexpr (given.elements() % in == 0)
        return put_before_it<Reshape<given.elements() / in, in>>{};
    else
        return change_it_or_a_layer_before_it{};
}

}  // namespace detail
}  // namespace strata
