#pragma once
// Comparison of addresses for what the compiler runs. With -fsanitize=undefined g++ takes `&f == &g` and
// `&f == nullptr` of what is inline for no constants, because a linker could bring all such addresses to null.

namespace strata::detail {

/// Whether two constants are one address.
template <class Pointer>
constexpr bool same_address(Pointer a, Pointer b) {
#if defined(__GNUC__) && !defined(__clang__)
    if (!__builtin_is_constant_evaluated()) return a == b;  // summaries walk through graphs, too
    return __builtin_constant_p(a == b) ? a == b : false;
#else
    return a == b;
#endif
}

}  // namespace strata::detail
