// The activation plan: memory is shared, and never too early. The check plays a step of training on a
// symbolic arena, where each cell knows which tensor was written there last, and looks whether every kernel
// still finds what it reads. It knows the order of execution and the layers' traits, and nothing of the
// planner's lifetimes.

#include "catch.hpp"

#include <algorithm>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/network/network.hpp>
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
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/residual.hpp>
#include <strata/models/sequential.hpp>
#include <strata/random/generator.hpp>
#include <string>
#include <vector>

using namespace strata;
using strata::detail::ActivationPlan;
using strata::detail::GradientWrite;
using strata::detail::Graph;
using strata::detail::GraphNode;
using strata::detail::GraphValue;
using strata::detail::in_the_input;
using strata::detail::in_the_parameters;
using strata::detail::LayerRules;
using strata::detail::TrainingPlan;

namespace {

/// What a cell of the arena holds: a value, what a layer saved, or a sum of contributions to a gradient.
using Content = std::vector<std::string>;

Content sum(Content a, const Content& b) {
    a.insert(a.end(), b.begin(), b.end());
    std::sort(a.begin(), a.end());
    return a;
}

/// A stretch of the arena.
struct Place {
    bool batched;
    Size offset, size;
    bool elsewhere = false;  ///< in the input or the parameters

    bool overlaps(const Place& other) const {
        return !elsewhere && !other.elsewhere && batched == other.batched &&
               offset < other.offset + other.size && other.offset < offset + size;
    }
    bool is(const Place& other) const {
        return !elsewhere && !other.elsewhere && batched == other.batched && offset == other.offset;
    }
};

template <class G, class Plan>
struct Player {
    const G& graph;
    const Plan& plan;
    bool training;
    std::vector<Content> batched_cells = std::vector<Content>(plan.elements);
    std::vector<Content> single_cells = std::vector<Content>(plan.once_elements);
    std::vector<Content> gradients = std::vector<Content>(G::values_count);  // as they should be
    std::string problem{};

    static constexpr Size N = G::nodes_count;
    static Size out(Size i) { return G::inputs + i; }

    bool is_view(Size i) const {
        const LayerTraits& traits = graph.nodes[i].rules->traits;
        return traits.view || (!training && traits.view_in_eval);
    }
    Place value_at(Size v) const {
        const bool elsewhere =
            v < G::inputs || plan.value[v] == in_the_input || plan.value[v] == in_the_parameters;
        return {graph.values[v].batched, plan.value[v], graph.values[v].dims.elements(), elsewhere};
    }
    Content content_of(Size v) const {
        while (v >= G::inputs && is_view(v - G::inputs)) v = graph.nodes[v - G::inputs].inputs[0];
        return {"value " + std::to_string(v)};
    }
    Place at(Size v, Size offset) const {
        return {graph.values[v].batched, offset, graph.values[v].dims.elements()};
    }
    Place saved_at(Size i) const {
        return {graph.values[out(i)].batched, plan.saved[i], graph.nodes[i].rules->saved(graph.nodes[i].in)};
    }
    Content saved_of(Size i) const { return {"saved " + std::to_string(i)}; }

    void note(const std::string& what, Size node) {
        if (problem.empty()) problem = what + " in node " + std::to_string(node);
    }
    void read(const Place& place, const Content& expected, Size node) {
        if (place.elsewhere) return;
        const std::vector<Content>& cells = place.batched ? batched_cells : single_cells;
        if (place.offset + place.size > cells.size()) return note("reads beyond the arena", node);
        for (Size i = place.offset; i < place.offset + place.size; ++i)
            if (cells[i] != expected) return note("reads what has been overwritten", node);
    }
    void write(const Place& place, const Content& content, Size node) {
        if (place.elsewhere) return note("writes to the input", node);
        std::vector<Content>& cells = place.batched ? batched_cells : single_cells;
        if (place.offset + place.size > cells.size()) return note("writes beyond the arena", node);
        std::fill_n(cells.begin() + static_cast<std::ptrdiff_t>(place.offset), place.size, content);
    }
    void must_not_touch(const Place& a, const Place& b, Size node) {
        if (a.overlaps(b)) note("overwrites what it is reading", node);
    }

    void forward(Size i) {
        const GraphNode& node = graph.nodes[i];
        if (is_view(i) || node.input_count == 0) return;
        const Place y = value_at(out(i));
        for (Size k = 0; k < node.input_count; ++k) {
            const Place x = value_at(node.inputs[k]);
            read(x, content_of(node.inputs[k]), i);
            if (!node.rules->traits.in_place || !x.is(y) || x.size != y.size) must_not_touch(x, y, i);
        }
        write(y, content_of(out(i)), i);
        if (!training || saved_at(i).size == 0) return;
        for (Size k = 0; k < node.input_count; ++k) must_not_touch(saved_at(i), value_at(node.inputs[k]), i);
        must_not_touch(saved_at(i), y, i);
        write(saved_at(i), saved_of(i), i);
    }

    void backward(Size i, Size first_edge, const bool* needed) {
        const GraphNode& node = graph.nodes[i];
        if (!needed[out(i)] || gradients[out(i)].empty()) return;
        const Place dy = at(out(i), plan.gradient[out(i)]);
        std::vector<std::pair<Place, Content>> reads;
        const auto keeps = [&](Keeps what) {
            return (static_cast<int>(node.rules->traits.keeps) & static_cast<int>(what)) != 0;
        };
        if (keeps(Keeps::input))
            for (Size k = 0; k < node.input_count; ++k)
                reads.push_back({value_at(node.inputs[k]), content_of(node.inputs[k])});
        if (keeps(Keeps::output)) reads.push_back({value_at(out(i)), content_of(out(i))});
        if (saved_at(i).size > 0) reads.push_back({saved_at(i), saved_of(i)});
        Operand operands[max_operands];
        for (Size k = 0; k < node.input_count; ++k)
            operands[k] = {graph.values[node.inputs[k]].dims, graph.values[node.inputs[k]].batched};
        read(dy, gradients[out(i)], i);
        for (const auto& [place, content] : reads) read(place, content, i);
        for (Size k = 0; k < node.input_count; ++k) {
            const Size x = node.inputs[k];
            if constexpr (requires { plan.writes; }) {
                const GradientWrite& written = plan.writes[first_edge + k];
                if (written.wanted != needed[x]) note("takes another gradient for wanted", i);
                if (!needed[x]) continue;
                const bool passes = node.rules->passes_gradient(operands, node.input_count, k);
                const Content mine =
                    passes ? gradients[out(i)] : Content{std::to_string(i) + ", " + std::to_string(k)};
                const Place dx = at(x, written.target);
                read(dy, gradients[out(i)], i);  // still there for this operand
                if (passes != written.passes) note("passes a gradient that it may not", i);
                if (!passes) {
                    for (const auto& [place, content] : reads) {
                        read(place, content, i);
                        must_not_touch(dx, place, i);
                    }
                    if (!node.rules->traits.in_place || !dx.is(dy) || dx.size != dy.size)
                        must_not_touch(dx, dy, i);
                    write(dx, mine, i);
                } else {
                    read(dx, mine, i);
                }
                if (written.adds != !gradients[x].empty()) note("adds to nothing, or forgets to add", i);
                if (written.adds) {
                    read(at(x, written.other), gradients[x], i);
                    read(dx, mine, i);
                    write(at(x, written.into), sum(gradients[x], mine), i);
                }
                gradients[x] = sum(gradients[x], mine);
            }
        }
    }

    /// What goes wrong, or nothing.
    std::string play() {
        for (Size i = 0; i < N; ++i) forward(i);
        for (Size o = 0; o < graph.output_count; ++o)
            read(value_at(graph.outputs[o]), content_of(graph.outputs[o]), N);  // the loss, or the caller
        if (!training) return problem;
        std::vector<Content> gradients_of_loss;
        for (Size o = 0; o < graph.output_count; ++o) {
            const Size v = graph.outputs[o];
            for (Size p = 0; p < graph.output_count; ++p)
                must_not_touch(at(v, plan.gradient_of_loss[o]), value_at(graph.outputs[p]), N);
            const Content mine = {"loss " + std::to_string(o)};
            write(at(v, plan.gradient_of_loss[o]), mine, N);
            gradients_of_loss.push_back(mine);
        }
        for (Size o = 0; o < graph.output_count; ++o) {
            const Size v = graph.outputs[o];
            read(at(v, plan.gradient_of_loss[o]), gradients_of_loss[o], N);
            Size first = 0;
            while (graph.outputs[first] != v) ++first;
            gradients[v] = sum(gradients[v], gradients_of_loss[o]);
            if (o != first) write(at(v, plan.gradient_of_loss[first]), gradients[v], N);
        }
        bool needed[G::values_count + 1] = {};
        strata::detail::find_gradients(graph, needed);
        Size edge = strata::detail::edge_begin(graph, N);
        for (Size i = N; i-- > 0;) backward(i, edge -= graph.nodes[i].input_count, needed);
        for (Size o = 0; o < graph.output_count; ++o)
            read(value_at(graph.outputs[o]), content_of(graph.outputs[o]), 2 * N);  // the caller
        return problem;
    }
};

template <class G, class Plan>
std::string problem_of(const G& graph, const Plan& plan, bool training) {
    return Player<G, Plan>{graph, plan, training}.play();
}

template <class Net>
std::string problem_of() {
    using N = Network<Net>;
    const std::string in_training = problem_of(N::graph, N::training_plan, true);
    return in_training.empty() ? problem_of(N::graph, N::inference_plan, false) : in_training;
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

// Branches.
using Blocks = Sequential<Linear<20, 30>, Residual<Linear<40>, ReLU, Linear<30>>, ReLU,
                          Residual<ReLU, Residual<Linear<30>, GELU>, Linear<30>>, Linear<5>>;
using Branches =
    Sequential<Linear<20, 30>, Sum<Identity, Linear<30>, Sequential<Linear<7>, Linear<30>>>, ReLU>;
using Heads = Sequential<Linear<20, 30>, ReLU, Parallel<Linear<3>, Sequential<ReLU, Linear<4>>>>;
struct Twice : Module<Named<"shared", Linear<12, 12>>, Parameter<"shift", Shape<12>>> {
    static constexpr auto forward(auto self, auto x) {
        auto h = self["shared"](x);
        for (int i = 0; i < 2; ++i) h = h + self["shared"](h);
        return h + h;
    }
};
struct Repeats : Module<Named<"a", Linear<6, 6>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto h = self["a"](x), y = apply<ReLU>(h);
        return Outputs{y, h, y, y + h, h};
    }
};
struct Chains : Module<Named<"a", Linear<6, 6>>, Named<"b", Linear<6, 6>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto h = self["a"](x);
        return Outputs{apply<ReLU>(h) + self["b"](h), apply<Sigmoid>(h + self["b"](h)) + h};
    }
};

}  // namespace

TEST_CASE("nothing is overwritten before it is read") {
    CHECK(problem_of<Mlp>() == "");
    CHECK(problem_of<Mixed>() == "");
    CHECK(problem_of<InPlace>() == "");
    CHECK(problem_of<Views>() == "");
    CHECK(problem_of<ViewsBetween>() == "");
    CHECK(problem_of<Deep>() == "");
    CHECK(problem_of<NoParameters>() == "");
    CHECK(problem_of<Blocks>() == "");
    CHECK(problem_of<Branches>() == "");
    CHECK(problem_of<Heads>() == "");
    CHECK(problem_of<Chains>() == "");
    CHECK(problem_of<Repeats>() == "");
}

namespace {

Size save_nothing(Dims) { return 0; }
Size save_three(Dims) { return 3; }
Size save_eleven(Dims) { return 11; }
bool pass_all(const Operand* given, Size count, Size k) {
    return given[k] == given[count - 1] && given[0] == given[k];
}
bool pass_none(const Operand*, Size, Size) { return false; }

template <Size N>
struct RandomGraph {
    using G = Graph<N, 2>;
    G graph;
    std::vector<LayerRules> rules = std::vector<LayerRules>(N);

    /// False if it has more loose ends than a network may have outputs.
    bool make(Generator& generator) {
        const auto dice = [&](std::uint32_t sides) { return generator.random() % sides; };
        std::vector<int> used(G::values_count);
        for (Size v = 0; v < 2; ++v) graph.values[v].dims = dims(1 + dice(9));
        for (Size i = 0; i < N; ++i) {
            GraphNode& node = graph.nodes[i];
            LayerRules& rule = rules[i];
            node = {};
            rule = {};
            node.rules = &rule;
            rule.saved = rule.saved_once = &save_nothing;
            rule.passes_gradient = &pass_none;
            GraphValue& result = graph.values[2 + i];
            result = {};
            const Size newest = 1 + i;
            const auto any_value = [&] { return dice(3) == 0 ? Size(dice(2 + std::uint32_t(i))) : newest; };
            const std::uint32_t kind = dice(12);
            if (kind == 0) {  // a parameter
                rule.learnt = 1;
                rule.joins = true;
                result.dims = dims(1 + dice(9));
                result.batched = false;
                continue;
            }
            node.inputs[0] = any_value();
            node.input_count = 1;
            result.dims = graph.values[node.inputs[0]].dims;
            result.batched = graph.values[node.inputs[0]].batched;
            rule.traits.keeps = static_cast<Keeps>(dice(4));
            if (kind < 3) {
                rule.traits = {.view = true};
                rule.passes_gradient = &pass_all;
            } else if (kind < 6) {
                rule.traits.in_place = true;
                rule.traits.view_in_eval = dice(3) == 0;
            } else if (kind < 8) {
                result.dims = dims(1 + dice(9));
                result.batched = dice(4) != 0;
                rule.learnt = dice(2);
            } else {
                rule.joins = true;
                node.input_count = 2 + dice(2);
                for (Size k = 1; k < node.input_count; ++k) node.inputs[k] = any_value();
                bool alike = true;
                for (Size k = 1; k < node.input_count; ++k)
                    alike = alike && graph.values[node.inputs[k]].dims == result.dims &&
                            graph.values[node.inputs[k]].batched == result.batched;
                rule.traits.in_place = dice(2) == 0;
                if (alike && dice(2) == 0) {
                    rule.passes_gradient = &pass_all;
                    rule.traits.keeps = Keeps::nothing;
                } else if (!alike && dice(2) == 0) {
                    result.dims = dims(1 + dice(9));
                    rule.traits.in_place = false;
                }
            }
            if (!rule.traits.view && dice(4) == 0) rule.saved = dice(2) == 0 ? &save_three : &save_eleven;
            node.in = graph.values[node.inputs[0]].dims;
            for (Size k = 0; k < node.input_count; ++k) used[node.inputs[k]] = 1;
        }
        graph.output_count = 0;
        for (Size v = 2; v < G::values_count; ++v) {
            if (used[v] != 0 && dice(12) != 0) continue;
            if (graph.output_count == max_operands) return false;
            graph.outputs[graph.output_count++] = v;
            if (dice(4) == 0 && graph.output_count < max_operands) graph.outputs[graph.output_count++] = v;
        }
        return true;
    }
};

}  // namespace

TEST_CASE("nor in thousands of graphs made up at random") {
    constexpr Size N = 11;
    using G = Graph<N, 2>;
    Generator generator(1);
    for (int round = 0; round < 20000; ++round) {
        RandomGraph<N> random;
        if (!random.make(generator)) continue;
        INFO("round " << round);
        const auto training =
            strata::detail::make_plan<TrainingPlan<G, N * max_operands>>(random.graph, true);
        REQUIRE(problem_of(random.graph, training, true) == "");
        const auto inference = strata::detail::make_plan<ActivationPlan<G>>(random.graph, false);
        REQUIRE(problem_of(random.graph, inference, false) == "");
    }
}

TEST_CASE("the check notices a plan that shares too much") {
    using N = Network<Mixed>;
    auto plan = N::training_plan;
    for (Size& offset : plan.value)
        if (offset != in_the_input) offset = 0;
    CHECK(problem_of(N::graph, plan, true) != "");

    plan = N::training_plan;
    plan.saved[6] = plan.value[8];
    CHECK(problem_of(N::graph, plan, true) != "");

    plan = N::training_plan;
    plan.elements -= 1;
    CHECK(problem_of(N::graph, plan, true) != "");
}

// What a plan costs
// -------------------------------------------------------------------------------------------------

// In inference a chain needs its largest neighbouring pair, 200 and 500, however deep it is.
static_assert(Network<Deep>::inference_plan.elements == 700);
static_assert(Network<Deep>::inference_plan.unshared == 300 + 200 + 500 + 10);
// Training: every activation until its backward pass, the output to the end, and the gradients.
static_assert(Network<Mlp>::training_plan.elements == 100 + 100 + 10 + 10);
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
    STATIC_REQUIRE(M::training_bytes(16) == 220 * 16 * sizeof(float));
    STATIC_REQUIRE(M::training_bytes(1) == M::training_bytes(16));
    STATIC_REQUIRE(M::training_bytes(17) == 2 * M::training_bytes(16));
    STATIC_REQUIRE(M::training_bytes(0) == 0);
    STATIC_REQUIRE(M::inference_bytes(64) == 110 * 64 * sizeof(float));
    STATIC_REQUIRE(Model<Mlp, Cpu, double>::training_bytes(16) == 2 * M::training_bytes(16));
    STATIC_REQUIRE(M::parameter_count == 79510);
    STATIC_REQUIRE(M::multiply_adds == 79400);
}
