// Products and exchanged extents, in the forward of a module, against PyTorch.

#include "layers/functions/function_check.hpp"

#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/matmul.hpp>
#include <strata/layers/functions/permute.hpp>
#include <strata/layers/functions/pointwise.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/functions/unsqueeze.hpp>
#include <strata/layers/softmax.hpp>

namespace functions_of_matrices {

using function_check::check;
using function_check::check_gradients;
using strata::Module;
using strata::Parameter;
using strata::Shape;

struct Transposed : Module<Parameter<"scale", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return transpose(x, 1, 2) * transpose(transpose(transpose(x, -1, 1), 1, 2), 2, 1);
    }
};
struct Permuted : Module<Parameter<"scale", Shape<3, 5, 4>>, Parameter<"a", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        return permute(x * self["scale"], 0, 3, 1, 2) * unsqueeze(permute(self["a"], 1, 0), -1);
    }
};
struct Products : Module<Parameter<"scale", Shape<3, 4>>, Parameter<"a", Shape<4, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return matmul(x, transpose(sin(x), 1, 2)) + matmul(matmul(x, self["a"]), transpose(x, -2, -1));
    }
};
struct ByParameter
    : Module<Parameter<"scale", Shape<2, 3>>, Parameter<"a", Shape<3, 4>>, Parameter<"b", Shape<4>>> {
    static constexpr auto forward(auto self, auto x) {
        return matmul(matmul(x * self["scale"], self["a"]), self["b"]);
    }
};
struct Stacks : Module<Parameter<"scale", Shape<2, 3, 4>>, Parameter<"a", Shape<4, 2>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return matmul(matmul(x, transpose(x, 2, 3)), matmul(x, self["a"]));
    }
};
struct SingleProducts : Module<Parameter<"scale", Shape<2, 3>>, Parameter<"a", Shape<2, 4>>,
                               Parameter<"b", Shape<4, 3>>, Parameter<"c", Shape<4>>> {
    static constexpr auto forward(auto self, auto x) {
        return x * self["scale"] * matmul(self["a"], self["b"]) + matmul(self["c"], self["b"]) +
               matmul(self["c"], self["c"]);
    }
};
struct Attention : Module<Parameter<"scale", Shape<3, 6>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [q, k, v] = chunk<3>(x * self["scale"], -1);
        return matmul(softmax(matmul(q, transpose(k, 1, 2)) / 2, -1), v);
    }
};

TEST_CASE("Exchanged extents") {
    check<Shape<3, 4>, Transposed>(golden::functions::transposed_1);
    check<Shape<3, 4>, Transposed>(golden::functions::transposed_2);
    check_gradients<Shape<3, 4>, Transposed>(golden::functions::transposed_2);
    check<Shape<3, 5, 4>, Permuted>(golden::functions::permuted_1);
    check<Shape<3, 5, 4>, Permuted>(golden::functions::permuted_2);
    check_gradients<Shape<3, 5, 4>, Permuted>(golden::functions::permuted_1);
}

TEST_CASE("Products") {
    check<Shape<3, 4>, Products>(golden::functions::products_1);
    check<Shape<3, 4>, Products>(golden::functions::products_2);
    check_gradients<Shape<3, 4>, Products>(golden::functions::products_2);
    check<Shape<2, 3>, ByParameter>(golden::functions::by_parameter_1);
    check<Shape<2, 3>, ByParameter>(golden::functions::by_parameter_2);
    check_gradients<Shape<2, 3>, ByParameter>(golden::functions::by_parameter_2);
    check<Shape<2, 3, 4>, Stacks>(golden::functions::stacks_1);
    check<Shape<2, 3, 4>, Stacks>(golden::functions::stacks_2);
    check<Shape<2, 3>, SingleProducts>(golden::functions::single_products_1);
    check<Shape<2, 3>, SingleProducts>(golden::functions::single_products_2);
    check_gradients<Shape<2, 3>, SingleProducts>(golden::functions::single_products_2);
    check<Shape<3, 6>, Attention>(golden::functions::attention_1);
    check<Shape<3, 6>, Attention>(golden::functions::attention_2);
    check_gradients<Shape<3, 6>, Attention>(golden::functions::attention_2);
}

}  // namespace functions_of_matrices
