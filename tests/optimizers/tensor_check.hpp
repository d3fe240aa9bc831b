#pragma once
// The common part of the tests of algorithms that see tensors: a network in training, step by step and by a Trainer
// whose steps a device records, against golden losses and parameters.

#include "catch.hpp"
#include "device.hpp"
#include "golden/optimizers.hpp"
#include "laws/laws.hpp"

#include <cmath>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/to.hpp>
#include <strata/training/trainer.hpp>
#include <vector>

namespace tensor_check {

using namespace strata;

template <class T>
auto inputs() {
    xt::xtensor<T, 2> x = xt::zeros<T>({Size(8), Size(5)});
    std::copy(std::begin(golden::optimizers::x), std::end(golden::optimizers::x), x.begin());
    return x;
}
inline auto labels() {
    xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({Size(8)});
    std::copy(std::begin(golden::optimizers::labels), std::end(golden::optimizers::labels), y.begin());
    return y;
}

/// The learnt parameters one after the other, without the padding.
template <class Model>
std::vector<double> elements(const Model& model) {
    std::vector<double> result;
    const auto flat = test::parameters(model);
    for (const ParameterInfo& row : Model::parameter_table())
        for (Size i = 0; i < row.dims.elements(); ++i)
            result.push_back(static_cast<double>(flat[row.offset + i]));
    return result;
}
template <class Model, class T, std::size_t N>
void check_parameters(const Model& model, const T (&expected)[N], double tolerance) {
    const std::vector<double> actual = elements(model);
    REQUIRE(actual.size() == N);
    double worst = 0;
    for (Size i = 0; i < N; ++i) {
        const double difference = std::fabs(actual[i] - static_cast<double>(expected[i]));
        worst = difference <= worst ? worst : difference;  // a NaN comes through
    }
    INFO("the largest difference is " << worst);
    CHECK(worst <= tolerance);
}

/// Six steps by hand, and by Trainers; all three with the same bits. `model` is where it begins.
template <class Model, class Algorithm, class T, std::size_t Steps, std::size_t N>
void check(const Model& start, Algorithm algorithm, const double (&losses)[Steps], const T (&parameters)[N],
           double tolerance) {
    const auto x = to<test::Device>(inputs<typename Model::value_type>());
    const auto y = to<test::Device>(labels());
    Model model = start;
    Optimizer optimizer{model, algorithm};
    for (const double wanted : losses) {
        optimizer.zero_grad();
        const Loss loss = NLLLoss{}(model(x), y);
        model.backward(loss);
        CHECK(std::fabs(loss.item() - wanted) <= tolerance);
        optimizer.step();
    }
    CHECK(optimizer.steps() == Steps);
    check_parameters(model, parameters, tolerance);
    for (const bool recorded : {true, false}) {
        Model trained = start;
        Trainer trainer{trained, NLLLoss{}, algorithm};
        trainer.record(recorded);
        for (Size i = 0; i < Steps; ++i) trainer.step(x, y);
        check_parameters(trained, parameters, tolerance);
    }
}

}  // namespace tensor_check
