#pragma once
// The values that a module's forward works on while the compiler runs it.

#include <cstddef>
#include <strata/core/network/graph.hpp>
#include <tuple>

namespace strata {

namespace detail {

class Trace;

/// Where in the network something is called: the next layer, the number of composites around, and the next item
/// (layer_place.hpp).
struct Place {
    Size leaf = 0, depth = 0, item = 0;
};

}  // namespace detail

/// What stands for a batch (or a single tensor) while the compiler runs `forward`. It knows its shape. What a
/// module's `self["name"]` gives is a value, too: a parameter, or a layer to be called.
struct Value {
    detail::Trace* trace = nullptr;
    Size id = 0;

    /// A layer's result, `self["fc"](x)`. Of a layer with several outputs the result is all of them.
    template <class... Values>
    constexpr Value operator()(Values... x) const;

    // What would be written so in PyTorch. Each leaves a refusal that says what to write instead.
    template <class... Extents>
    constexpr Value view(Extents...) const;
    template <class... Extents>
    constexpr Value reshape(Extents...) const;
    // clang-format off
    template <class... A> constexpr Value flatten(A...) const { return refuse_method(); }
    template <class... A> constexpr Value unsqueeze(A...) const { return refuse_method(); }
    template <class... A> constexpr Value squeeze(A...) const { return refuse_method(); }
    template <class... A> constexpr Value transpose(A...) const { return refuse_method(); }
    template <class... A> constexpr Value permute(A...) const { return refuse_method(); }
    template <class... A> constexpr Value matmul(A...) const { return refuse_method(); }
    template <class... A> constexpr Value mean(A...) const { return refuse_method(); }
    template <class... A> constexpr Value sum(A...) const { return refuse_method(); }
    template <class... A> constexpr Value relu(A...) const { return refuse_method(); }
    template <class... A> constexpr Value softmax(A...) const { return refuse_method(); }
    // clang-format on
    constexpr Value refuse_method() const;
    constexpr explicit operator bool() const;

    /// One of several outputs: `const auto heads = self["heads"](x);` and then heads[0], heads[1].
    constexpr Value operator[](Size output) const;

    /// What is known of it.
    constexpr const detail::GraphValue& known() const;
    /// The extent of a dimension as PyTorch counts them: 0 is the batch, which nobody knows yet, 1 the first
    /// extent of a sample, -1 the last. (A single tensor has no batch: 0 is its first extent.)
    constexpr Size size(int dim) const;
    /// The shape of one sample.
    constexpr Dims shape() const;
};

/// Comparisons of what nobody knows before the program runs: each leaves a refusal.
constexpr int operator<=>(Value x, double);
constexpr int operator<=>(Value a, Value);
constexpr bool operator==(Value x, double);
constexpr bool operator==(Value a, Value);

/// Several of them: what a module with several heads returns, `return Outputs{a, b};`.
template <Size N>
struct Outputs {
    Value values[N];
    template <Size I>
    constexpr Value get() const {
        return values[I];
    }
    constexpr Value operator[](Size i) const { return values[i]; }
};
template <class... Values>
Outputs(Values...) -> Outputs<sizeof...(Values)>;
/// Several outputs of a layer under names of their own: `const auto [a, b] = unpack<2>(self["heads"](x));`
template <Size N>
constexpr Outputs<N> unpack(Value x);

}  // namespace strata

template <strata::Size N>
struct std::tuple_size<strata::Outputs<N>> : std::integral_constant<std::size_t, N> {};
template <std::size_t I, strata::Size N>
struct std::tuple_element<I, strata::Outputs<N>> {
    using type = strata::Value;
};
