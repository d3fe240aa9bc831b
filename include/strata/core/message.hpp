#pragma once
// Error messages put together: `message("found ", 3, " of ", 4)`. The work is done in functions that are
// never inlined, because std::string's operator+ would unroll into every place that throws, and compile time
// is paid for each.

#include <strata/core/config.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace strata {

namespace detail {

[[gnu::cold]] void append(std::string& to, std::string_view part);
[[gnu::cold]] void append_signed(std::string& to, long long number);
[[gnu::cold]] void append_unsigned(std::string& to, unsigned long long number);
/// As printf shows it in the C locale: whatever else stands for the decimal point becomes one.
[[gnu::cold]] void append_formatted(std::string& to, const char* format, double number);
/// As printf's %g shows it.
[[gnu::cold]] void append_real(std::string& to, double number);

template <class Part>
void append_part(std::string& to, const Part& part) {
    if constexpr (std::is_floating_point_v<Part>)
        append_real(to, static_cast<double>(part));
    else if constexpr (std::is_integral_v<Part> && std::is_signed_v<Part> && !std::is_same_v<Part, char>)
        append_signed(to, part);
    else if constexpr (std::is_integral_v<Part> && !std::is_same_v<Part, char>)
        append_unsigned(to, part);
    else if constexpr (std::is_same_v<Part, char>)
        append(to, std::string_view(&part, 1));
    else
        append(to, part);
}

}  // namespace detail

template <class... Parts>
[[gnu::cold]] std::string message(const Parts&... parts) {
    std::string result;
    (detail::append_part(result, parts), ...);
    return result;
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

[[gnu::noinline]] STRATA_FUNCTION void append(std::string& to, std::string_view part) { to.append(part); }

[[gnu::noinline]] STRATA_FUNCTION void append_signed(std::string& to, long long number) {
    to.append(std::to_string(number));
}

[[gnu::noinline]] STRATA_FUNCTION void append_unsigned(std::string& to, unsigned long long number) {
    to.append(std::to_string(number));
}

[[gnu::noinline]] STRATA_FUNCTION void append_formatted(std::string& to, const char* format, double number) {
    char digits[512];  // %f of the largest double has 316
    __builtin_snprintf(digits, sizeof digits, format, number);
    bool inside_the_point = false;
    for (const char* c = digits; *c != '\0'; ++c) {
        const bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || *c == '-' || *c == '+';
        if (plain || !inside_the_point) to += plain ? *c : '.';
        inside_the_point = !plain;
    }
}

[[gnu::noinline]] STRATA_FUNCTION void append_real(std::string& to, double number) {
    append_formatted(to, "%g", number);
}

}  // namespace strata::detail
#endif
