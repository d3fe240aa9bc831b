#pragma once
// The common part of the tests of clipping: the network and the samples of golden/clip_grad.hpp.

#include "catch.hpp"
#include "device.hpp"
#include "golden/clip_grad.hpp"
#include "golden/optimizers.hpp"

#include <cmath>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/to.hpp>
#include <strata/random/generator.hpp>
#include <vector>

namespace clip_grad_check {

using namespace strata;
namespace numbers = golden::clip_grad;

using Net = Sequential<Linear<5, 7>, ReLU, Linear<3>, LogSoftmax>;

inline test::Model<Net> seeded() {
    manual_seed(42);
    return test::Model<Net>{};
}
/// Samples [begin, end) of the eight.
inline xt::xtensor<float, 2> inputs(Size begin = 0, Size end = 8) {
    xt::xtensor<float, 2> x = xt::zeros<float>({end - begin, Size(5)});
    std::copy(golden::optimizers::x + 5 * begin, golden::optimizers::x + 5 * end, x.begin());
    return x;
}
inline xt::xtensor<std::int64_t, 1> labels(Size begin = 0, Size end = 8) {
    xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({end - begin});
    std::copy(golden::optimizers::labels + begin, golden::optimizers::labels + end, y.begin());
    return y;
}
inline double loss(test::Model<Net>& model) {
    const auto x = to<test::Device>(inputs());
    return NLLLoss{}(model(x), to<test::Device>(labels())).item();
}
inline void backward(test::Model<Net>& model) {
    const auto x = to<test::Device>(inputs());
    model.zero_grad();
    model.backward(NLLLoss{}(model(x), to<test::Device>(labels())));
}
/// The gradients without the padding between tensors, which is zero.
inline std::vector<float> gradients(test::Model<Net>& model) {
    const auto flat = test::gradients(model);
    std::vector<float> values;
    Size end = 0;
    for (const ParameterInfo& row : test::Model<Net>::parameter_table()) {
        for (; end < row.offset; ++end) CHECK(flat[end] == 0);
        end += row.dims.elements();
        values.insert(values.end(), flat.begin() + long(row.offset), flat.begin() + long(end));
    }
    return values;
}
template <std::size_t N>
void check_gradients(test::Model<Net>& model, const float (&expected)[N]) {
    const std::vector<float> actual = gradients(model);
    REQUIRE(actual.size() == N);
    for (Size i = 0; i < N; ++i) {
        INFO("gradient " << i);
        CHECK(std::fabs(actual[i] - expected[i]) <= 1e-7);
    }
}

}  // namespace clip_grad_check
