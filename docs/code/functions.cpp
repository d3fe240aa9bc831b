// The module of docs/reference/functions.md.

#include <cstdio>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/matmul.hpp>
#include <strata/layers/functions/permute.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/softmax.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>
#include <strata/xtensor.hpp>

namespace st = strata;

// [module]
/// Attention with one head, for sequences of vectors: (T, 16) -> (17).
struct Net
    : st::Module<st::Named<"qkv", st::Linear<16, 48>>, st::Parameter<"scale", st::Shape<1>, st::Ones>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [q, k, v] = chunk<3>(self["qkv"](x), -1);
        const auto weights = softmax(matmul(q, transpose(k, 1, 2)) / 4, -1);
        const auto h = x + self["scale"] * matmul(weights, v);
        return st::cat({mean(h, 1), sum(mean(h * h, 1), -1, true)}, -1);
    }
};
// [module]

int main() {
    st::Model<st::Sequential<st::Input<5, 16>, Net>> model;
    const xt::xtensor<float, 3> x = xt::ones<float>({2, 5, 16});
    const auto y = model(x);
    std::printf("%zu x %zu\n", y.shape()[0], y.shape()[1]);
    return y.shape()[1] == 17 ? 0 : 1;
}
