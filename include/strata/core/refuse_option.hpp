#pragma once
// The refusal of an option or an argument at run time, in one wording for the whole library:
//
//   strata: Dropout: p is 1.5, but must be between 0 and 1
//
// `refuse_option` throws it; `check_option` does unless the option is fine and finite.

#include <strata/core/error.hpp>
#include <strata/core/math.hpp>
#include <strata/core/message.hpp>

namespace strata {

namespace detail {

/// A part of a refusal: reals with ten digits, so that a value and its limit do not look alike.
template <class Part>
auto shown_in_refusal(Part part) {
    if constexpr (std::is_floating_point_v<Part>) {
        std::string digits;
        append_formatted(digits, "%.10g", static_cast<double>(part));
        return digits;
    } else {
        return part;
    }
}

}  // namespace detail

/// Throws ValueError: "strata: `owner`: `option` is `value`, but must be `limit`". The limit is text, or text
/// and numbers: `refuse_option("uniform_", "from", from, "at most to = ", to)`.
template <class Value, class... Limit>
[[noreturn, gnu::cold, gnu::noinline]] void refuse_option(const char* owner, const char* option, Value value,
                                                          Limit... limit) {
    throw ValueError(message("strata: ", owner, ": ", option, " is ", detail::shown_in_refusal(value),
                             ", but must be ", detail::shown_in_refusal(limit)...));
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void refuse_option(const char*, const char*, double, const char*);
STRATA_INSTANCE void refuse_option(const char*, const char*, double, const char*, const char*);
STRATA_INSTANCE void refuse_option(const char*, const char*, int, const char*);
STRATA_INSTANCE void refuse_option(const char*, const char*, int, const char*, const char*);
STRATA_INSTANCE void refuse_option(const char*, const char*, Size, const char*);
STRATA_INSTANCE void refuse_option(const char*, const char*, Size, const char*, Size);
#endif

/// Throws it unless the option is fine; NaN and infinities never are.
template <class Value>
void check_option(bool fine, const char* owner, const char* option, Value value, const char* limit) {
    const double number = static_cast<double>(value);
    if (!fine || detail::is_nan(number)) refuse_option(owner, option, value, limit);
    if (!detail::is_finite(number)) refuse_option(owner, option, value, limit, ", and finite");
}

}  // namespace strata
