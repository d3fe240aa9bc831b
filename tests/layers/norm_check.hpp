#pragma once
// The common part of the tests of normalising layers.

#include "golden/normalization.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

namespace norm_check {

using namespace layer_check;
using layer_check::close;

/// First values, the buffers that two training steps leave, and what inference then makes of the first batch.
template <class In, class Layer>
void check_trained(const Layer& layer, const golden::normalization::Trained& golden) {
    Run<Layer, In, float> run(layer, golden.batch);
    REQUIRE(golden.x.size() == run.x.size());
    REQUIRE(golden.parameters.size() == run.parameters.size() + run.buffers.size());
    REQUIRE(golden.buffers.size() == run.buffers.size());
    run.initialize();
    std::vector<float> first(run.parameters);
    first.insert(first.end(), run.buffers.begin(), run.buffers.end());
    CHECK(first == std::vector<float>(golden.parameters.begin(), golden.parameters.end()));

    std::copy(golden.x.begin(), golden.x.end(), run.x.begin());
    run.forward();
    std::copy(golden.x2.begin(), golden.x2.end(), run.x.begin());
    run.forward();
    CHECK(close("buffers", run.buffers, golden.buffers, 1e-5, 1e-6));
    std::copy(golden.x.begin(), golden.x.end(), run.x.begin());
    run.infer();
    CHECK(close("y", run.y, golden.y, 1e-5, 1e-6));
}

/// The same in a model: it trains on both batches, and infers the first one, a sample at a time, too.
template <class In, class Layer>
void check_model(const Layer& layer, const golden::normalization::Trained& golden) {
    using First = typename laws::InputOf<In>::type;
    constexpr Size sample = In::dims.elements();
    test::Model<Sequential<First, Layer>> model(Sequential<First, Layer>(First{}, layer));
    const std::vector<float> x(golden.x.begin(), golden.x.end());
    laws::each_parameter_is_visited_once(model);
    laws::outputs(model, x);
    laws::outputs(model, std::vector<float>(golden.x2.begin(), golden.x2.end()));
    model.eval();
    const std::vector<float> y = laws::outputs(model, x);
    CHECK(close("y", y, golden.y, 1e-5, 1e-6));
    CHECK(laws::same_bits(laws::outputs(model, x), y));  // inference changes nothing
    for (Size begin = 0; begin < x.size(); begin += sample) {
        const auto own = [&](const std::vector<float>& all) {
            return std::vector<float>(all.data() + begin, all.data() + begin + sample);
        };
        CHECK(laws::same_bits(laws::outputs(model, own(x)), own(y)));
    }
}

/// Inference is what training computes, for layers without running statistics: to the last bit.
template <class In, class Layer>
void check_inference(const Layer& layer, Size batch = 3) {
    Run<Layer, In, float> run(layer, batch);
    Generator generator(5);
    normal_(run.x.data(), run.x.size(), 1, 2, generator);
    normal_(run.parameters.data(), run.parameters.size(), 0, 1, generator);
    run.forward();
    const std::vector<float> trained = run.y;
    std::fill(run.y.begin(), run.y.end(), 7.0f);
    run.infer();
    CHECK(run.y == trained);
}

/// A batch where one row or channel holds a NaN: `dirty(i)` says which elements of y and dx depend on it. All
/// others are as if it were not there.
template <class In, class Layer, class Dirty>
void check_not_a_number(const Layer& layer, Size batch, Size where, const Dirty& dirty) {
    Run<Layer, In, float> run(layer, batch);
    Generator generator(5);
    normal_(run.x.data(), run.x.size(), 1, 2, generator);
    normal_(run.dy.data(), run.dy.size(), 0, 1, generator);
    normal_(run.parameters.data(), run.parameters.size(), 0, 1, generator);
    run.forward();
    run.backward();
    const std::vector<float> y = run.y, dx = run.dx;
    run.x[where] = not_a_number;
    run.forward();
    run.backward();
    for (Size i = 0; i < y.size(); ++i) {
        CAPTURE(i);
        CHECK((dirty(i) ? std::isnan(run.y[i]) : run.y[i] == y[i]));
        CHECK((dirty(i) ? std::isnan(run.dx[i]) : run.dx[i] == dx[i]));
    }
}

/// One batch of numbers around `center`, of which a far-away first one must not spoil the others' variance:
/// float agrees with double.
template <class In, class Layer>
void check_precision(const Layer& layer, Size batch, double center, double first) {
    Run<Layer, In, float> run(layer, batch);
    Run<Layer, In, double> exact(layer, batch);
    Generator generator(9);
    normal_(run.x.data(), run.x.size(), center, 1, generator);
    normal_(run.dy.data(), run.dy.size(), 0, 1, generator);
    std::fill(run.parameters.begin(), run.parameters.end(), 1.0f);
    run.x[0] = static_cast<float>(first);
    std::copy(run.x.begin(), run.x.end(), exact.x.begin());
    std::copy(run.dy.begin(), run.dy.end(), exact.dy.begin());
    std::fill(exact.parameters.begin(), exact.parameters.end(), 1.0);
    run.forward();
    exact.forward();
    CHECK(close("y", run.y, exact.y, 1e-5, 1e-6));
    run.backward();
    exact.backward();
    CHECK(close("dx", run.dx, exact.dx, 1e-5, 1e-6));
    CHECK(close("parameter gradients", run.dparameters, exact.dparameters, 1e-5, 1e-4));
    CHECK(close("buffers", run.buffers, exact.buffers, 1e-5, 1e-6));
}

}  // namespace norm_check
