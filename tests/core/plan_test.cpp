// The activation plan: memory is shared, and never too early. The check plays a step of training on a
// symbolic arena, where each cell knows which tensor was written there last, and looks whether every kernel
// still finds what it reads. It knows the order of execution and the layers' traits, and nothing of the
// planner's lifetimes.

#include "catch.hpp"

#include <algorithm>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/network.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/gelu.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/layers/sigmoid.hpp>
#include <strata/layers/softmax.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/random/generator.hpp>
#include <string>
#include <vector>

using namespace strata;
using strata::detail::ActivationPlan;
using strata::detail::in_the_input;
using strata::detail::ShapeTrace;

namespace {

enum Kind { nobody, value, gradient, saved };

/// A stretch of the arena and what should be in it. Offset `in_the_input` is the caller's memory.
struct Tensor {
    Kind kind;
    Size index, offset, size;

    bool overlaps(const Tensor& other) const {
        return offset != in_the_input && other.offset != in_the_input && offset < other.offset + other.size &&
               other.offset < offset + size;
    }
};

template <Size L>
struct Player {
    const ShapeTrace<L>& trace;
    const ActivationPlan<L>& plan;
    bool training;
    std::vector<Tensor> cells = std::vector<Tensor>(plan.elements, Tensor{nobody, 0, 0, 0});
    std::string problem{};

    bool is_view(Size i) const {
        return trace.layers[i].traits.view || (!training && trace.layers[i].traits.view_in_eval);
    }
    Tensor value_at(Size j) const {
        const Size size = j == 0 ? trace.input.elements() : trace.layers[j - 1].out.elements();
        const Size offset = j == 0 ? in_the_input : plan.value[j];
        while (j > 0 && is_view(j - 1)) --j;  // a view holds what its input holds
        return {value, j, offset, size};
    }
    Tensor gradient_at(Size j) const {
        const Size size = j == 0 ? trace.input.elements() : trace.layers[j - 1].out.elements();
        const Size offset = plan.gradient[j];
        while (j < L && is_view(j)) ++j;  // and so do gradients, the other way round
        return {gradient, j, offset, size};
    }
    Tensor saved_at(Size i) const { return {saved, i, plan.saved[i], trace.layers[i].saved}; }

    void note(const std::string& what, Size layer) {
        if (problem.empty()) problem = what + " in layer " + std::to_string(layer);
    }
    void read(const Tensor& t, Size layer) {
        if (t.offset == in_the_input) return;
        if (t.offset + t.size > cells.size()) return note("reads beyond the arena", layer);
        for (Size i = t.offset; i < t.offset + t.size; ++i)
            if (cells[i].kind != t.kind || cells[i].index != t.index)
                return note("reads what has been overwritten", layer);
    }
    void write(const Tensor& t, Size layer) {
        if (t.offset == in_the_input) return note("writes to the input", layer);
        if (t.offset + t.size > cells.size()) return note("writes beyond the arena", layer);
        std::fill_n(cells.begin() + static_cast<std::ptrdiff_t>(t.offset), t.size, t);
    }
    void must_not_touch(const Tensor& a, const Tensor& b, Size layer) {
        if (a.overlaps(b)) note("overwrites what it is reading", layer);
    }

    void forward(Size i) {
        if (is_view(i)) return;
        const Tensor x = value_at(i), y = value_at(i + 1);
        read(x, i);
        if (!trace.layers[i].traits.in_place || x.offset != y.offset) must_not_touch(x, y, i);
        write(y, i);
        if (training && trace.layers[i].saved > 0) {
            must_not_touch(saved_at(i), x, i);
            must_not_touch(saved_at(i), y, i);
            write(saved_at(i), i);
        }
    }

    void backward(Size i, Size lowest) {
        const strata::detail::LayerRecord& layer = trace.layers[i];
        const bool input_gradient = i >= lowest && !is_view(i);
        if (layer.parameters == 0 && !input_gradient) return;
        const Tensor dy = gradient_at(i + 1);
        std::vector<Tensor> reads;
        if (static_cast<int>(layer.traits.keeps) & static_cast<int>(Keeps::input))
            reads.push_back(value_at(i));
        if (static_cast<int>(layer.traits.keeps) & static_cast<int>(Keeps::output))
            reads.push_back(value_at(i + 1));
        if (layer.saved > 0) reads.push_back(saved_at(i));
        read(dy, i);
        for (const Tensor& t : reads) read(t, i);
        if (!input_gradient) return;
        const Tensor dx = gradient_at(i);
        if (!layer.traits.in_place || dx.offset != dy.offset) must_not_touch(dx, dy, i);
        for (const Tensor& t : reads) must_not_touch(dx, t, i);
        write(dx, i);
    }

    /// What goes wrong, or nothing.
    std::string play() {
        for (Size i = 0; i < L; ++i) forward(i);
        read(value_at(L), L);  // the loss, or the caller
        if (!training) return problem;
        must_not_touch(gradient_at(L), value_at(L), L);
        write(gradient_at(L), L);
        const Size lowest = strata::detail::lowest_gradient(trace);
        for (Size i = L; i-- > 0;) backward(i, lowest);
        return problem;
    }
};

template <Size L>
std::string problem_of(const ShapeTrace<L>& trace, const ActivationPlan<L>& plan, bool training) {
    return Player<L>{trace, plan, training}.play();
}

template <class Net>
std::string problem_of() {
    using N = Network<Net>;
    const std::string in_training = problem_of(N::trace, N::training_plan, true);
    return in_training.empty() ? problem_of(N::trace, N::inference_plan, false) : in_training;
}

using Mlp = Sequential<Flatten, Linear<784, 100>, ReLU, Linear<10>, LogSoftmax>;
using Mixed = Sequential<Input<2, 6>, Flatten, GELU, Dropout, Linear<50>, GELU, Dropout, Reshape<5, 10>,
                         Linear<30>, ReLU, Flatten, Dropout, Linear<7>, LogSoftmax>;
using InPlace = Sequential<Linear<8, 20>, ReLU, Dropout, ReLU, Sigmoid, Identity, Dropout, GELU, ReLU,
                           Linear<3>, Softmax>;
using Views = Sequential<Input<12>, Reshape<3, 4>, Identity, Flatten, Reshape<4, 3>>;
using ViewsBetween =
    Sequential<Linear<12, 12>, Reshape<3, 4>, Softmax, Flatten, ReLU, Reshape<4, 3>, Sigmoid, Identity>;
using Deep = Sequential<Linear<1000, 300>, Linear<200>, Linear<500>, Linear<10>>;
using NoParameters = Sequential<Input<9>, GELU, ReLU, Dropout, Softmax>;

}  // namespace

TEST_CASE("nothing is overwritten before it is read") {
    CHECK(problem_of<Mlp>() == "");
    CHECK(problem_of<Mixed>() == "");
    CHECK(problem_of<InPlace>() == "");
    CHECK(problem_of<Views>() == "");
    CHECK(problem_of<ViewsBetween>() == "");
    CHECK(problem_of<Deep>() == "");
    CHECK(problem_of<NoParameters>() == "");
}

TEST_CASE("nor in thousands of networks made up at random") {
    constexpr Size L = 9;
    Generator generator(1);
    const auto dice = [&](std::uint32_t sides) { return generator.random() % sides; };
    for (int round = 0; round < 20000; ++round) {
        ShapeTrace<L> trace;
        trace.input = dims(1 + dice(20));
        Dims shape = trace.input;
        for (strata::detail::LayerRecord& layer : trace.layers) {
            layer.in = layer.out = shape;
            const std::uint32_t kind = dice(8);
            if (kind < 2) {
                layer.traits.view = true;
            } else if (kind < 5) {
                layer.traits.in_place = true;
                layer.traits.keeps = static_cast<Keeps>(dice(4));
                if (dice(2) == 0) layer.saved = 1 + dice(9);
                layer.traits.view_in_eval = dice(3) == 0;
            } else {
                layer.out = dims(1 + dice(20));
                layer.traits.keeps = static_cast<Keeps>(dice(4));
                if (dice(4) == 0) layer.saved = 1 + dice(9);
                layer.parameters = dice(2);
            }
            shape = layer.out;
        }
        trace.output = shape;
        for (bool training : {true, false}) {
            const std::string problem =
                problem_of(trace, strata::detail::plan_activations(trace, training), training);
            INFO("round " << round << (training ? ", training" : ", inference"));
            REQUIRE(problem == "");
        }
    }
}

TEST_CASE("the check notices a plan that shares too much") {
    using N = Network<Mixed>;
    auto plan = N::training_plan;
    for (Size& offset : plan.value)
        if (offset != in_the_input) offset = 0;
    CHECK(problem_of(N::trace, plan, true) != "");

    plan = N::training_plan;
    plan.saved[6] = plan.value[8];
    CHECK(problem_of(N::trace, plan, true) != "");

    plan = N::training_plan;
    plan.elements -= 1;
    CHECK(problem_of(N::trace, plan, true) != "");
}

// What a plan costs
// -------------------------------------------------------------------------------------------------

// In inference a chain needs its largest neighbouring pair, 200 and 500, however deep it is.
static_assert(Network<Deep>::inference_plan.elements == 700);
static_assert(Network<Deep>::inference_plan.unshared == 300 + 200 + 500 + 10);
// Training: every activation but the output until its backward pass, and the gradients in what becomes free.
static_assert(Network<Mlp>::training_plan.elements == 100 + 100 + 10);
static_assert(Network<Mlp>::inference_plan.elements == 100 + 10);
// In place: Linear's output, ReLU's and Dropout's lie in one place.
using OnePlace = Network<Sequential<Linear<8, 20>, ReLU, Dropout>>;
static_assert(OnePlace::inference_plan.elements == 20);
static_assert(OnePlace::inference_plan.value[1] == OnePlace::inference_plan.value[3]);
// ReLU's output is kept, so Dropout may not work on it in training.
static_assert(OnePlace::training_plan.value[1] == OnePlace::training_plan.value[2]);
static_assert(OnePlace::training_plan.value[2] != OnePlace::training_plan.value[3]);
// Views of the input stay in the input.
static_assert(Network<Views>::inference_plan.elements == 0);
static_assert(Network<Views>::inference_plan.value[4] == in_the_input);

TEST_CASE("budgets count whole groups of 16 samples") {
    using M = Model<Mlp>;
    STATIC_REQUIRE(M::training_bytes(16) == 210 * 16 * sizeof(float));
    STATIC_REQUIRE(M::training_bytes(1) == M::training_bytes(16));
    STATIC_REQUIRE(M::training_bytes(17) == 2 * M::training_bytes(16));
    STATIC_REQUIRE(M::training_bytes(0) == 0);
    STATIC_REQUIRE(M::inference_bytes(64) == 110 * 64 * sizeof(float));
    STATIC_REQUIRE(Model<Mlp, Cpu, double>::training_bytes(16) == 2 * M::training_bytes(16));
    STATIC_REQUIRE(M::parameter_count == 79510);
    STATIC_REQUIRE(M::multiply_adds == 79400);
}
