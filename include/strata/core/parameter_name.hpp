#pragma once
// Names of parameters, and the rows of the parameter table.

#include <strata/core/layer.hpp>
#include <string_view>

namespace strata {

/// Parameters begin at multiples of this many elements (256 bytes of float, what GPU libraries like best).
inline constexpr Size parameter_alignment = 64;

/// The name of a parameter, `"1.weight"`, as a value that can be a template argument.
struct ParameterName {
    char text[64] = {};

    constexpr ParameterName() = default;
    template <Size N>
    constexpr ParameterName(const char (&literal)[N]) {
        static_assert(N <= 64, "strata: a parameter's name has at most 63 characters");
        for (Size i = 0; i < N; ++i) text[i] = literal[i];
    }
    constexpr Size size() const {
        Size n = 0;
        while (n < 64 && text[n] != 0) ++n;
        return n;
    }
    constexpr std::string_view view() const { return {text, size()}; }
    constexpr void append(const char* other) {
        for (Size n = size(); *other != 0 && n < 63; ++other) text[n++] = *other;
    }
    constexpr void append(Size number) {
        char digits[21] = {};
        Size begin = 20;
        do digits[--begin] = static_cast<char>('0' + number % 10);
        while ((number /= 10) > 0);
        append(digits + begin);
    }
    /// `"2"` and `"weight"` give `"2.weight"`; the outermost name stands alone.
    template <class Child>
    constexpr ParameterName child(Child name) const {
        ParameterName result = *this;
        if (size() > 0) result.append(".");
        result.append(name);
        return result;
    }
    friend constexpr bool operator==(const ParameterName&, const ParameterName&) = default;
};

/// One row of the parameter table.
struct ParameterInfo {
    ParameterName name;
    Dims dims;
    Size offset = 0;  ///< in the flat buffer
    Size layer = 0;   ///< index of the leaf layer it belongs to
    ParameterKind kind = ParameterKind::learnt;
};

}  // namespace strata
