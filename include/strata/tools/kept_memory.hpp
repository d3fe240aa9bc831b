#pragma once
// The memory that a network may still read in its backward pass.

#include <algorithm>
#include <strata/core/network/network.hpp>
#include <vector>

namespace strata::detail {

/// The activations of a training pass, but for those that its layers keep: these are NaN. A layer that reads
/// them all the same would sometimes go well, where nothing has been put in their place yet.
template <class N>
std::vector<double> what_is_kept(const std::vector<double>& arena, Size batch, Size capacity) {
    constexpr const auto& graph = N::graph;
    constexpr const auto& plan = N::training_plan;
    std::vector<double> kept(arena.size(), __builtin_nan(""));
    const auto keep = [&](Size offset, Size size, bool batched) {
        const Size begin = batched ? plan.once_elements + offset * capacity : offset;
        std::copy_n(arena.data() + begin, batched ? size * batch : size, kept.data() + begin);
    };
    const auto keep_value = [&](Size v) {
        if (v >= N::inputs && plan.value[v] != in_the_input && plan.value[v] != in_the_parameters)
            keep(plan.value[v], graph.values[v].dims.elements(), graph.values[v].batched);
    };
    for (Size i = 0; i < N::layer_count; ++i) {
        const GraphNode& node = graph.nodes[i];
        const Size out = N::inputs + i;
        if (!N::needs_gradient.of[out]) continue;
        const int keeps = static_cast<int>(node.rules->traits.keeps);
        for (Size k = 0; k < node.input_count && (keeps & static_cast<int>(Keeps::input)) != 0; ++k)
            keep_value(node.inputs[k]);
        if ((keeps & static_cast<int>(Keeps::output)) != 0) keep_value(out);
        const Size saved = node.rules->saved(node.in), once = node.rules->saved_once(node.in);
        if (saved > 0) keep(plan.saved[i], saved, graph.values[out].batched);
        if (once > 0) keep(plan.saved_once[i], once, false);
    }
    return kept;
}

}  // namespace strata::detail
