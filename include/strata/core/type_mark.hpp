#pragma once
// A mark for a type, and the way back. The graph of a network is a constant that remembers the types of its
// layers so: `enter<L>` is the address of an object that only L has, and defines the function whose result
// type is L again. Two types have one mark if and only if they are the same type, whatever a compiler prints for
// them (it prints the same for two lambdas).

namespace strata::detail {

template <class T>
struct Type {
    using type = T;
};

struct Mark {};
/// Of a type; null of none.
using TypeMark = const Mark*;

template <class T>
inline constexpr Mark mark_of{};

// The friend is meant to be an ordinary function, one for each mark.
#if defined(__CUDACC__)
#pragma nv_diagnostic push
#pragma nv_diag_suppress 1301
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
template <TypeMark mark>
struct TypeOfMark {
    friend constexpr auto type_of_mark(TypeOfMark);
};
template <class T>
struct MarkOfType {
    static constexpr TypeMark value = &mark_of<T>;
    friend constexpr auto type_of_mark(TypeOfMark<&mark_of<T>>) { return Type<T>{}; }
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif

template <class T>
inline constexpr TypeMark enter = MarkOfType<T>::value;

/// The type that has been entered under a mark.
template <TypeMark mark>
using entered_t = typename decltype(type_of_mark(TypeOfMark<mark>{}))::type;

}  // namespace strata::detail
