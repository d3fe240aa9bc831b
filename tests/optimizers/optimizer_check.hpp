#pragma once
// The common part of the tests of all optimizers: an algorithm on plain buffers of the device, compared with PyTorch
// step by step.

#include "catch.hpp"
#include "device.hpp"
#include "golden/optimizers.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <strata/optimizers/optimizer.hpp>

namespace optimizer_check {

namespace numbers = golden::optimizers;

inline constexpr strata::Size size = std::size(numbers::start);
inline constexpr strata::Size steps = std::size(numbers::gradients) / size;
inline constexpr long long kept_steps[] = {1, 2, 5, 20};  // rows of the golden arrays

/// An algorithm with its state on `size` parameters, without a model.
template <class T, class Algorithm>
struct Run {
    Algorithm algorithm;
    test::Device device;
    test::Memory<T> parameters{size}, gradients{size}, state[4];
    test::Memory<strata::OptimizerBlock<Algorithm>> block;
    test::Memory<strata::LossReport> report{1};
    long long count = 0;

    explicit Run(Algorithm options) : algorithm(options), block(1, {{}, options}) {}

    /// One step; `gradient(i)` is that of parameter i.
    void step(auto gradient) {
        for (strata::Size i = 0; i < size; ++i) gradients[i] = static_cast<T>(gradient(i));
        gradients.upload();
        parameters.upload();
        block.download();
        block[0].options = algorithm;  // they may have changed
        block.upload();
        strata::OptimizerStep<T> at;
        at.size = size;
        at.parameters = parameters.device();
        at.gradients = gradients.device();
        at.clock = block.device();
        at.report = report.device();
        const strata::StatesInUse in_use = algorithm.states();
        for (strata::Size i = 0; i < in_use.size(); ++i) {
            if (!in_use[i]) continue;
            if (state[i].empty()) state[i] = test::Memory<T>(size);
            at.state[i] = state[i].device();
        }
        using Block = strata::OptimizerBlock<Algorithm>;
        device.once(strata::detail::PrepareRule<T, Block>{block.device(), report.device()});
        algorithm.update(device, at);
        ++count;
        parameters.download();
        for (test::Memory<T>& one : state) one.download();
    }
};

/// 20 steps along the golden gradients; from step `halve_at` on with half the learning rate. `tolerance` is
/// relative, and absolute for parameters below 1.
template <class Algorithm, class T, std::size_t N>
void check_steps(Algorithm options, const T (&expected)[N], double tolerance, long long halve_at = 0) {
    static_assert(N == std::size(kept_steps) * size);
    options.validate();
    Run<T, Algorithm> run(options);
    for (strata::Size i = 0; i < size; ++i) run.parameters[i] = static_cast<T>(numbers::start[i]);

    double worst = 0;
    const T* wanted = expected;
    for (strata::Size t = 0; t < steps; ++t) {
        if (run.count + 1 == halve_at) run.algorithm.lr *= 0.5;
        run.step([&](strata::Size i) { return numbers::gradients[t * size + i]; });
        if (std::find(std::begin(kept_steps), std::end(kept_steps), run.count) == std::end(kept_steps))
            continue;
        for (strata::Size i = 0; i < size; ++i, ++wanted) {
            const double value = static_cast<double>(run.parameters[i]),
                         target = static_cast<double>(*wanted);
            const double difference = std::fabs(value - target) / std::fmax(1.0, std::fabs(target));
            worst = difference <= worst ? worst : difference;  // a NaN comes through
        }
    }
    REQUIRE(wanted == std::end(expected));
    INFO("the largest difference from PyTorch is " << worst);
    CHECK(worst <= tolerance);
}

template <class Algorithm, std::size_t N>
void check_float(Algorithm options, const float (&expected)[N]) {
    check_steps(options, expected, 2e-6);  // both round; most differ by less than 1e-7
}
template <class Algorithm, std::size_t N>
void check_double(Algorithm options, const double (&expected)[N], const double (&halved_at_10)[N]) {
    check_steps(options, expected, 1e-14);
    check_steps(options, halved_at_10, 1e-14, 10);
}

/// The padding between tensors: zeros without gradients stay zeros, and the state behind them stays finite.
template <class T, class Algorithm>
void check_padding_of(Algorithm options) {
    Run<T, Algorithm> run(options);
    for (int t = 0; t < 50; ++t) run.step([](strata::Size) { return 0; });
    for (strata::Size i = 0; i < size; ++i) {
        CHECK(run.parameters[i] == T(0));
        for (const auto& state : run.state)
            if (!state.empty()) CHECK(std::isfinite(state[i]));
    }
}
template <class Algorithm>
void check_padding(Algorithm options) {
    check_padding_of<float>(options);
    check_padding_of<double>(options);
    if constexpr (requires { options.eps; }) {
        for (const double eps : {0.0, 1e-50}) {  // the second is 0 in float
            options.eps = eps;
            check_padding_of<float>(options);
            check_padding_of<double>(options);
        }
    }
}

/// A gradient that never changes, of several sizes, for which a difference of averages may round below zero.
template <class Algorithm>
void check_constant_gradient(Algorithm options) {
    Run<float, Algorithm> run(options);
    for (int t = 0; t < 300; ++t) {
        run.step([](strata::Size i) { return 0.1 + 0.37 * static_cast<double>(i); });
        for (strata::Size i = 0; i < size; ++i) REQUIRE(std::isfinite(run.parameters[i]));
    }
}

template <class Algorithm>
void check_refused(const Algorithm& options, const char* message) {
    CHECK_THROWS_WITH(options.validate(), message);
    CHECK_THROWS_AS(options.validate(), strata::ValueError);
}

}  // namespace optimizer_check
