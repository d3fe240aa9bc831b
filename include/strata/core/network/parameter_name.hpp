#pragma once
// Names of parameters, and the rows of the parameter table.

#include <strata/core/network/layer.hpp>
#include <string_view>

namespace strata {

/// Parameters begin at multiples of this many elements (256 bytes of float, what GPU libraries like best).
inline constexpr Size parameter_alignment = 64;

/// A name as a template argument, `"1.weight"`, of whatever length.
template <Size N>
struct ParameterName {
    char text[N] = {};

    constexpr ParameterName(const char (&literal)[N]) {
        for (Size i = 0; i < N; ++i) text[i] = literal[i];
    }
    constexpr Size size() const { return N - 1; }
    constexpr std::string_view view() const { return {text, N - 1}; }
    constexpr operator std::string_view() const { return view(); }
};

/// The name of a parameter in a table, whole, however long it is.
struct TensorName {
    const char* text = "";  ///< and a zero behind it
    Size length = 0;

    constexpr Size size() const { return length; }
    constexpr std::string_view view() const { return {text, length}; }
    friend constexpr bool operator==(TensorName a, TensorName b) { return a.view() == b.view(); }
    friend constexpr bool operator==(TensorName a, std::string_view b) { return a.view() == b; }
};

/// One row of the parameter table.
struct ParameterInfo {
    TensorName name;
    Dims dims;
    Size offset = 0;  ///< in the flat buffer
    Size layer = 0;   ///< index of the leaf layer it belongs to
    ParameterKind kind = ParameterKind::learnt;
};

}  // namespace strata
