#pragma once
// A number for a type, and the way back. The graph of a network is a constant made of numbers, which
// remembers the types of its layers so: `enter<L>` gives L's number, and defines the function whose result
// type is L again. The number is a hash of the type's name, hence the same in every file of a program.

#include <cstdint>

namespace strata::detail {

template <class T>
struct Type {
    using type = T;
};

template <class T>
constexpr std::uint64_t hash_of_type() {
    std::uint64_t hash = 14695981039346656037u;         // FNV-1a
    constexpr auto size = sizeof(__PRETTY_FUNCTION__);  // nvcc 13 writes zeros of a ParameterName as they are
    for (auto i = size; i-- > 0;)
        hash = (hash ^ static_cast<unsigned char>(__PRETTY_FUNCTION__[i])) * 1099511628211u;
    return hash;
}

// The friend is meant to be an ordinary function, one for each number.
#if defined(__CUDACC__)
#pragma nv_diagnostic push
#pragma nv_diag_suppress 1301
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
template <std::uint64_t number>
struct TypeOfNumber {
    friend constexpr auto type_of_number(TypeOfNumber);
};
template <class T>
struct NumberOfType {
    static constexpr std::uint64_t value = hash_of_type<T>();
    friend constexpr auto type_of_number(TypeOfNumber<value>) { return Type<T>{}; }
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif

template <class T>
inline constexpr std::uint64_t enter = NumberOfType<T>::value;

/// The type that has been entered under a number.
template <std::uint64_t number>
using entered_t = typename decltype(type_of_number(TypeOfNumber<number>{}))::type;

}  // namespace strata::detail
