// Marks of types: two types that a compiler prints alike are two.

#include "catch.hpp"
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

using namespace strata;

namespace {

/// A layer that differs from another in a function only.
template <class Function>
struct Activation {
    static constexpr LayerTraits traits = {.keeps = Keeps::input};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
};
template <auto Function>
struct ActivationOf {
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
};

using Square = Activation<decltype([](auto x) { return x * x; })>;
using Cube = Activation<decltype([](auto x) { return x * x * x; })>;
using Net = Network<Sequential<Linear<3, 4>, Square, Cube, Square>>;
static_assert(std::is_same_v<Net::Layer<1>, Square> && std::is_same_v<Net::Layer<2>, Cube> &&
              std::is_same_v<Net::Layer<3>, Square>);

#if !defined(__CUDACC__)  // nvcc takes no lambda as a template argument
using Doubled = ActivationOf<[](float x) { return 2 * x; }>;
using Halved = ActivationOf<[](float x) { return x / 2; }>;
using Values = Network<Sequential<Linear<3, 4>, Doubled, Halved>>;
static_assert(std::is_same_v<Values::Layer<1>, Doubled> && std::is_same_v<Values::Layer<2>, Halved>);
#endif

[[maybe_unused]] auto local() {
    struct Layer {
        static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    };
    return Layer{};
}
[[maybe_unused]] auto another() {
    struct Layer {
        static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    };
    return Layer{};
}
using Locals = Network<Sequential<Linear<3, 4>, decltype(local()), decltype(another())>>;
static_assert(std::is_same_v<Locals::Layer<2>, decltype(another())>);

TEST_CASE("a mark is the same each time, and another one for each type") {
    CHECK(detail::enter<Square> == detail::enter<Square>);
    CHECK(detail::enter<Square> != detail::enter<Cube>);
}

}  // namespace
