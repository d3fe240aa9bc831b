// Values one behind the other, and parts, in the forward of a module, against PyTorch.

#include "layers/functions/function_check.hpp"

#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/concat.hpp>

namespace functions_of_parts {

using function_check::check;
using function_check::check_gradients;
using strata::Module;
using strata::Parameter;
using strata::Shape;

struct Cats : Module<Parameter<"scale", Shape<3, 4>>, Parameter<"a", Shape<2, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({x, 2 * slice(x, 1, 0, 1),
                            strata::cat({self["a"], slice(self["a"], 1, 0, 1)}) * slice(x, 1, 0, 1)});
    }
};
struct CatsInside : Module<Parameter<"scale", Shape<2, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({x, 2 * slice(x, 2, 0, 1), x * x}, 2);
    }
};
struct Ten : Module<Parameter<"scale", Shape<2, 2>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({x, 2 * x, 3 * x, 4 * x, 5 * x, 6 * x, 7 * x, 8 * x, 9 * x, 10 * x}, -1);
    }
};
struct Halves : Module<Parameter<"scale", Shape<4, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [a, b] = chunk<2>(x * self["scale"], 1);
        return a * b;
    }
};
struct Thirds : Module<Parameter<"scale", Shape<2, 6>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [a, b, c] = chunk<3>(x * self["scale"], -1);
        return a * c - b;
    }
};
struct Pieces : Module<Parameter<"scale", Shape<5, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [a, b] = split<2, 3>(x * self["scale"], 1);
        return sum(a, 1) * mean(b, 1);
    }
};
struct Slices : Module<Parameter<"scale", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return slice(x, 1, 1, 3) * sum(slice(x, 2, 1, 2), 1, true) + slice(x, 1, -2);
    }
};
struct Selects : Module<Parameter<"scale", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return select(x, 1, 0) * select(x, 1, -1) + sum(select(slice(x, -1, 1), 2, 1), 1, true);
    }
};
struct Branches : Module<Parameter<"scale", Shape<4>>,
                         strata::Concat<strata::Linear<4, 3>, strata::Identity,
                                        strata::Sequential<strata::Linear<4, 2>, strata::ReLU>>> {
    static constexpr auto forward(auto self, auto x) { return self[1](x * self["scale"]); }
};

TEST_CASE("Values one behind the other") {
    check<Shape<3, 4>, Cats>(golden::functions::cats_1);
    check<Shape<3, 4>, Cats>(golden::functions::cats_2);
    check_gradients<Shape<3, 4>, Cats>(golden::functions::cats_2);
    check<Shape<2, 3>, CatsInside>(golden::functions::cats_inside_1);
    check<Shape<2, 3>, CatsInside>(golden::functions::cats_inside_2);
    check_gradients<Shape<2, 3>, CatsInside>(golden::functions::cats_inside_2);
    check<Shape<2, 2>, Ten>(golden::functions::ten_1);
    check<Shape<2, 2>, Ten>(golden::functions::ten_2);
    check<Shape<4>, Branches>(golden::functions::branches_1);
    check<Shape<4>, Branches>(golden::functions::branches_2);
    check_gradients<Shape<4>, Branches>(golden::functions::branches_2);
}

TEST_CASE("Parts") {
    check<Shape<4, 3>, Halves>(golden::functions::halves_1);
    check<Shape<4, 3>, Halves>(golden::functions::halves_2);
    check_gradients<Shape<4, 3>, Halves>(golden::functions::halves_2);
    check<Shape<2, 6>, Thirds>(golden::functions::thirds_1);
    check<Shape<2, 6>, Thirds>(golden::functions::thirds_2);
    check_gradients<Shape<2, 6>, Thirds>(golden::functions::thirds_2);
    check<Shape<5, 4>, Pieces>(golden::functions::pieces_1);
    check<Shape<5, 4>, Pieces>(golden::functions::pieces_2);
    check<Shape<3, 4>, Slices>(golden::functions::slices_1);
    check<Shape<3, 4>, Slices>(golden::functions::slices_2);
    check_gradients<Shape<3, 4>, Slices>(golden::functions::slices_2);
    check<Shape<3, 4>, Selects>(golden::functions::selects_1);
    check<Shape<3, 4>, Selects>(golden::functions::selects_2);
    check_gradients<Shape<3, 4>, Selects>(golden::functions::selects_2);
}

}  // namespace functions_of_parts
