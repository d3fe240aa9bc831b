// Sums, means, largest values and running sums, in the forward of a module, against PyTorch.

#include "layers/functions/function_check.hpp"

#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/amax.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/cumsum.hpp>
#include <strata/layers/functions/pointwise.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/functions/unsqueeze.hpp>

namespace functions_that_reduce {

using function_check::check;
using function_check::check_gradients;
using strata::Module;
using strata::Parameter;
using strata::Shape;

struct Sums : Module<Parameter<"scale", Shape<4, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({sum(x, 1), sum(x, -1), mean(x, 2), unsqueeze(mean(x, {1, -1}), 1),
                            flatten(sum(x, {1, 2}, true))});
    }
};
struct OfEverything : Module<Parameter<"scale", Shape<2, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return (x - mean(x)) * sum(x);
    }
};
struct OverBatch : Module<Parameter<"scale", Shape<3, 2>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return (x - mean(x, 0)) / (sum(square(x), 0) + 1);
    }
};
struct SingleSums : Module<Parameter<"scale", Shape<4>>, Parameter<"a", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        return x * self["scale"] * sum(self["a"], 0) + sum(mean(self["a"], -1)) + mean(self["a"], {0, 1});
    }
};
struct MeanOfAll : Module<Parameter<"scale", Shape<3, 5>>> {
    static constexpr auto forward(auto self, auto x) { return mean(x * self["scale"]); }
};
struct Largest : Module<Parameter<"scale", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({amax(x, 1), amax(x, -1), unsqueeze(amax(x, {1, 2}), 1)});
    }
};
TEST_CASE("Sums and means") {
    check<Shape<4, 4>, Sums>(golden::functions::sums_1);
    check<Shape<4, 4>, Sums>(golden::functions::sums_2);
    check_gradients<Shape<4, 4>, Sums>(golden::functions::sums_2);
    check<Shape<2, 3>, OfEverything>(golden::functions::of_everything_1);
    check<Shape<2, 3>, OfEverything>(golden::functions::of_everything_2);
    check_gradients<Shape<2, 3>, OfEverything>(golden::functions::of_everything_2);
    check<Shape<3, 2>, OverBatch>(golden::functions::over_batch_1);
    check<Shape<3, 2>, OverBatch>(golden::functions::over_batch_2);
    check_gradients<Shape<3, 2>, OverBatch>(golden::functions::over_batch_2);
    check<Shape<4>, SingleSums>(golden::functions::single_sums_1);
    check<Shape<4>, SingleSums>(golden::functions::single_sums_2);
    check_gradients<Shape<4>, SingleSums>(golden::functions::single_sums_2);
    check<Shape<3, 5>, MeanOfAll>(golden::functions::mean_of_all_1);
    check<Shape<3, 5>, MeanOfAll>(golden::functions::mean_of_all_2);
    check_gradients<Shape<3, 5>, MeanOfAll>(golden::functions::mean_of_all_2);
}

TEST_CASE("The largest values") {
    check<Shape<3, 4>, Largest>(golden::functions::largest_1);
    check<Shape<3, 4>, Largest>(golden::functions::largest_2);
    check_gradients<Shape<3, 4>, Largest>(golden::functions::largest_2);
}

// [running-sums]
struct RunningSums : Module<Parameter<"scale", Shape<3, 2, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({cumsum(x, 1), cumsum(x, -1), cumsum(x, 2)});
    }
};
struct SingleRunningSums : Module<Parameter<"scale", Shape<3, 4>>, Parameter<"a", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        return x * self["scale"] * cumsum(self["a"], 0) + sum(cumsum(self["a"], -1), 0);
    }
};

TEST_CASE("Running sums") {
    check<Shape<3, 2, 4>, RunningSums>(golden::functions::running_sums_1);
    check<Shape<3, 2, 4>, RunningSums>(golden::functions::running_sums_2);
    check_gradients<Shape<3, 2, 4>, RunningSums>(golden::functions::running_sums_2);
    check<Shape<3, 4>, SingleRunningSums>(golden::functions::single_running_sums_1);
    check<Shape<3, 4>, SingleRunningSums>(golden::functions::single_running_sums_2);
    check_gradients<Shape<3, 4>, SingleRunningSums>(golden::functions::single_running_sums_2);
}
// [running-sums]

}  // namespace functions_that_reduce
