#pragma once
// What layers for sequences share: they take samples (T, In), T vectors one after the other, and are written
// with sizes and options behind them.

#include <strata/core/bias.hpp>
#include <strata/core/diagnostics.hpp>

namespace strata {

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

    template <class Option>
    static constexpr Size count() {
        return (Size(0) + ... + Size(std::is_same_v<std::remove_cv_t<decltype(Arguments)>, Option>));
    }
    template <auto Argument, class Option>
    static constexpr Option taken(Option otherwise) {
        if constexpr (std::is_same_v<std::remove_cv_t<decltype(Argument)>, Option>)
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

}  // namespace detail
}  // namespace strata
