// Names of parameters: whole, and those of PyTorch.

#include "catch.hpp"
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/residual.hpp>

using namespace strata;

namespace {

/// An Input among the members counts in no name.
struct Between : Module<Named<"a", Linear<2>>, Input<2>, Named<"b", Linear<3>>, Linear<4>> {
    static constexpr auto forward(auto self, auto x) { return self[2](self["b"](self["a"](x))); }
};
using Between2 = Network<Between>;
static_assert(Between2::parameters.rows[0].name == "a.weight" &&
              Between2::parameters.rows[1].name == "a.bias" &&
              Between2::parameters.rows[2].name == "b.weight" &&
              Between2::parameters.rows[3].name == "b.bias" &&
              Between2::parameters.rows[4].name == "2.weight");
static_assert(Between2::parameters.rows[2].dims == dims(3, 2));
static_assert(Between2::find_parameter("b.weight") == 2);

struct InFront
    : Module<Input<2>, Named<"a", Linear<2>>, Parameter<"scale", Shape<1>>, Named<"b", Linear<2>>> {
    static constexpr auto forward(auto self, auto x) { return self["scale"] * self["b"](self["a"](x)); }
};
using InFront2 = Network<Sequential<Linear<5, 2>, Residual<InFront, Linear<2>>>>;
static_assert(InFront2::parameters.rows[2].name == "1.0.a.weight" &&
              InFront2::parameters.rows[4].name == "1.0.scale" &&
              InFront2::parameters.rows[5].name == "1.0.b.weight" &&
              InFront2::parameters.rows[7].name == "1.1.weight");

// As long as those of diffusion models, and longer.
struct Attention : Module<Named<"transformer_blocks_with_a_long_name", Linear<4>>,
                          Named<"transformer_blocks_with_a_long_name_too", Linear<4>>> {
    static constexpr auto forward(auto self, auto x) {
        return self["transformer_blocks_with_a_long_name"](
            self["transformer_blocks_with_a_long_name_too"](x));
    }
};
struct Up : Module<Named<"up_blocks_of_an_autoencoder_for_images", Attention>> {
    static constexpr auto forward(auto self, auto x) {
        return self["up_blocks_of_an_autoencoder_for_images"](x);
    }
};
using Long = Network<Sequential<Linear<4, 4>, Up>>;
static_assert(Long::parameters.rows[2].name ==
              "1.up_blocks_of_an_autoencoder_for_images.transformer_blocks_with_a_long_name.weight");
static_assert(Long::parameters.rows[4].name ==
              "1.up_blocks_of_an_autoencoder_for_images.transformer_blocks_with_a_long_name_too.weight");

template <class Indices>
struct Many;
template <Size... I>
struct Many<std::index_sequence<I...>> {
    template <Size>
    using Layer = Linear<2>;
    using type = Network<Sequential<Linear<2, 2>, Layer<I>...>>;
};
using Hundred = Many<std::make_index_sequence<100>>::type;
static_assert(Hundred::parameters.rows[9 * 2].name == "9.weight" &&
              Hundred::parameters.rows[10 * 2].name == "10.weight" &&
              Hundred::parameters.rows[99 * 2 + 1].name == "99.bias" &&
              Hundred::parameters.rows[100 * 2 + 1].name == "100.bias");

TEST_CASE("each name is one of its kind") {
    for (Size i = 0; i < Long::parameter_tensors; ++i)
        for (Size k = 0; k < i; ++k)
            CHECK_FALSE(Long::parameters.rows[i].name == Long::parameters.rows[k].name);
}

}  // namespace
