#pragma once
// The activation plan of a graph as a constant: what has to be kept until when, and where it lies in one
// arena. Memory that is needed at different times is shared. Nothing here knows a device or a scalar type;
// offsets count elements.
//
// Forward of node i is step i; the loss is step N; backward of node i is step 2N - i.

#include <strata/core/network/graph.hpp>
#include <strata/core/network/lifetimes.hpp>

namespace strata {

namespace detail {

inline constexpr Size in_the_input = static_cast<Size>(-1);
inline constexpr Size in_the_parameters = static_cast<Size>(-2);

/// How the gradient of one operand comes about. The node's kernel writes it to `target`, unless the gradient
/// of the node's result is passed on as it is and lies there already. What was there before from other nodes,
/// at `other`, is added: into = other + target.
struct GradientWrite {
    bool wanted = false, passes = false, adds = false;
    Size target = 0, other = 0, into = 0;
};

/// The samples that an arena is laid out for: a multiple of 16, so that every buffer in it begins aligned.
constexpr Size capacity_for(Size batch) { return (batch + 15) / 16 * 16; }

/// Where everything lies in the arena, batches per sample, and single tensors in front of them.
template <class G>
struct ActivationPlan {
    Size value[G::values_count + 1] = {};      ///< offset, or `in_the_input`, or `in_the_parameters`
    Size source[G::values_count + 1] = {};     ///< of which input it is a view
    Size gradient[G::values_count + 1] = {};   ///< training only: when all of it is there
    Size gradient_of_loss[max_operands] = {};  ///< of each output: where the loss writes its gradient
    Size saved[G::nodes_count + 1] = {};       ///< training only
    Size saved_once[G::nodes_count + 1] = {};
    Size elements = 0;       ///< of the arena, per sample
    Size once_elements = 0;  ///< of the arena, however many samples there are
    Size unshared = 0;  ///< per sample, if each activation, gradient and saved value had memory of its own

    /// Of an arena for a batch.
    constexpr Size arena_elements(Size batch) const {
        return plus(once_elements, times(elements, capacity_for(batch)));
    }
};

template <class G, Size Edges>
struct TrainingPlan : ActivationPlan<G> {
    GradientWrite writes[Edges + 1] = {};
};

/// Which values have a gradient: those that depend on a parameter.
template <class G>
constexpr void find_gradients(const G& graph, bool* needed) {
    for (Size v = 0; v < G::values_count; ++v)
        needed[v] = v == 0 && graph.input_gradient && !graph.values[v].indices;
    for (Size i = 0; i != G::nodes_count; ++i) {
        const GraphNode& node = graph.nodes[i];
        bool needs = node.rules->learnt > 0;
        for (Size k = 0; k < node.input_count; ++k) needs = needs || needed[node.inputs[k]];
        needed[G::inputs + i] = needs;
    }
}

/// The edges of node i are edge_begin(i) + k, for its operands k.
template <class G>
constexpr Size edge_begin(const G& graph, Size node) {
    Size edges = 0;
    for (Size i = 0; i < node; ++i) edges += graph.nodes[i].input_count;
    return edges;
}

template <class G>
class Planner {
public:
    constexpr Planner(const G& graph, bool training) : graph_(graph), training_(training) {
        find_gradients(graph, needed_);
        for (Size& life : gradient_life_) life = no_index;
        for (Size& life : loss_life_) life = no_index;
    }

    template <class Plan>
    constexpr void run(Plan& plan) {
        if (!graph_.fits()) return;
        find_last_uses();
        place_values();
        if constexpr (requires { plan.writes; }) place_gradients(plan);
        lives_.settle();
        plan.elements = lives_.batched_elements;
        plan.once_elements = lives_.single_elements;
        if constexpr (requires { plan.writes; })
            for (GradientWrite& write : plan.writes)
                if (write.wanted) {
                    write.target = lives_[write.target].offset;
                    if (write.adds) {
                        write.other = lives_[write.other].offset;
                        write.into = lives_[write.into].offset;
                    }
                }
        for (Size v = 0; v < G::values_count; ++v) {
            plan.value[v] = life_[v] == no_index ? place_[v] : lives_[life_[v]].offset;
            plan.source[v] = source_[v];
            if (gradient_life_[v] != no_index) plan.gradient[v] = lives_[gradient_life_[v]].offset;
        }
        for (Size o = 0; o < graph_.output_count; ++o)
            if (loss_life_[o] != no_index) plan.gradient_of_loss[o] = lives_[loss_life_[o]].offset;
        count_unshared(plan);
        for (Size i = 0; i != G::nodes_count; ++i) {
            if (saved_life_[i] != no_index) plan.saved[i] = lives_[saved_life_[i]].offset;
            if (saved_once_life_[i] != no_index) plan.saved_once[i] = lives_[saved_once_life_[i]].offset;
        }
    }

private:
    static constexpr Size N = G::nodes_count;

    constexpr bool is_view(Size i) const {
        const LayerTraits& traits = graph_.nodes[i].rules->traits;
        return traits.view || (!training_ && traits.view_in_eval);
    }
    constexpr bool keeps(Size i, Keeps what) const {
        return training_ && needed_[G::inputs + i] && includes(graph_.nodes[i].rules->traits.keeps, what);
    }
    constexpr void use(Size value, Size step) {
        if (last_use_[value] < step) last_use_[value] = step;
    }
    constexpr void find_last_uses() {
        for (Size i = 0; i != N; ++i) {
            const GraphNode& node = graph_.nodes[i];
            const Size out = G::inputs + i;
            use(out, i);
            for (Size k = 0; k < node.input_count; ++k)
                use(node.inputs[k], keeps(i, Keeps::input) ? 2 * N - i : i);
            if (keeps(i, Keeps::output)) use(out, 2 * N - i);
        }
        // A prediction can still be read when the backward pass is done.
        for (Size o = 0; o < graph_.output_count; ++o) use(graph_.outputs[o], training_ ? 2 * N + 1 : N);
    }

    // y lies on x where the layer allows it and nobody needs x any more.
    constexpr void place_values() {
        for (Size v = 0; v < G::inputs; ++v) {
            life_[v] = no_index;
            place_[v] = in_the_input;
            source_[v] = v;
        }
        for (Size i = 0; i != N; ++i) {
            const GraphNode& node = graph_.nodes[i];
            const Size out = G::inputs + i;
            const GraphValue& result = graph_.values[out];
            life_[out] = saved_life_[i] = saved_once_life_[i] = no_index;
            if (node.input_count == 0) {
                place_[out] = in_the_parameters;
            } else if (is_view(i)) {
                const Size x = node.inputs[0];
                life_[out] = life_[x];
                place_[out] = place_[x];
                source_[out] = source_[x];
                if (life_[x] != no_index && lives_[life_[x]].needed_until < last_use_[out])
                    lives_[life_[x]].needed_until = last_use_[out];
            } else {
                for (Size k = 0; k < node.input_count && life_[out] == no_index; ++k) {
                    const Size x = node.inputs[k];
                    const bool same = graph_.values[x].dims.elements() == result.dims.elements() &&
                                      graph_.values[x].indices == result.indices &&
                                      graph_.values[x].batched == result.batched;
                    if (node.rules->traits.in_place && same && life_[x] != no_index &&
                        lives_[life_[x]].needed_until <= i)
                        life_[out] = life_[x];
                }
                if (life_[out] == no_index) life_[out] = lives_.add(result.elements(), result.batched, i);
                lives_[life_[out]].needed_until = last_use_[out];
            }
            lives_.until(life_[out], last_use_[out]);
            if (training_ && node.rules->saved(node.in) > 0) {
                saved_life_[i] = lives_.add(node.rules->saved(node.in), graph_.values[out].batched, i);
                lives_.until(saved_life_[i], needed_[out] ? 2 * N - i : i);
            }
            if (training_ && node.rules->saved_once(node.in) > 0) {
                saved_once_life_[i] = lives_.add(node.rules->saved_once(node.in), false, i);
                lives_.until(saved_once_life_[i], needed_[out] ? 2 * N - i : i);
            }
        }
    }

    /// Whether somebody else than value v reads a gradient in this life after a step.
    constexpr bool is_read_later(Size life, Size v, Size step) const {
        for (Size w = 0; w < G::values_count; ++w)
            if (w != v && gradient_life_[w] == life && (w < G::inputs || 2 * N - (w - G::inputs) > step))
                return true;
        return false;
    }

    // From the loss backwards. dx lies on dy where the layer allows it and nobody else needs dy.
    template <class Plan>
    constexpr void place_gradients(Plan& plan) {
        for (Size o = 0; o < graph_.output_count; ++o) {
            const GraphValue& value = graph_.values[graph_.outputs[o]];
            loss_life_[o] = lives_.add(value.dims.elements(), value.batched, N);
            Size& life = gradient_life_[graph_.outputs[o]];
            if (life == no_index) life = loss_life_[o];
        }
        Size edge = edge_begin(graph_, N);
        for (Size i = N; i-- > 0;) {
            const GraphNode& node = graph_.nodes[i];
            edge -= node.input_count;
            const Size out = G::inputs + i, step = 2 * N - i;
            if (!needed_[out] || gradient_life_[out] == no_index) continue;
            lives_.until(gradient_life_[out], step);
            Operand operands[max_operands];
            Size left = 0;
            for (Size k = 0; k < node.input_count; ++k) {
                operands[k] = {graph_.values[node.inputs[k]].dims, graph_.values[node.inputs[k]].batched};
                left += needed_[node.inputs[k]];
            }
            for (Size k = 0; k < node.input_count; ++k) {
                const Size x = node.inputs[k];
                if (!needed_[x]) continue;
                --left;
                GradientWrite& write = plan.writes[edge + k];
                write.wanted = true;
                write.passes = node.rules->passes_gradient(operands, node.input_count, k);
                contribute(write, node, x, out, step, left == 0);
            }
        }
        if (graph_.input_gradient) lives_.until(gradient_life_[0], 2 * N + 1);
    }

    /// One more contribution to the gradient of x, by a node that writes `out`. The numbers in `write` are
    /// lives until `run` makes offsets of them.
    constexpr void contribute(GradientWrite& write, const GraphNode& node, Size x, Size out, Size step,
                              bool is_last) {
        const Size dy = gradient_life_[out], before = gradient_life_[x];
        const GraphValue& value = graph_.values[x];
        const bool same = value.dims.elements() == graph_.values[out].dims.elements() &&
                          value.batched == graph_.values[out].batched;
        if (write.passes) {
            write.target = dy;
        } else if (before == no_index && node.rules->traits.in_place && same && is_last &&
                   !is_read_later(dy, out, step)) {
            write.target = dy;
        } else {
            write.target = lives_.add(value.dims.elements(), value.batched, step);
        }
        if (before == no_index) {
            gradient_life_[x] = write.target;
        } else {
            write.adds = true;
            write.other = before;
            const bool dy_is_still_read = before == dy && !is_last;
            if (!is_read_later(before, x, step) && !dy_is_still_read)
                write.into = before;
            else if (write.passes)
                write.into = lives_.add(value.dims.elements(), value.batched, step);
            else
                write.into = write.target;
            lives_.until(before, step);
            gradient_life_[x] = write.into;
        }
        lives_.until(gradient_life_[x], step);
    }

    template <class Plan>
    constexpr void count_unshared(Plan& plan) const {
        for (Size i = 0; i != N; ++i) {
            const GraphValue& value = graph_.values[G::inputs + i];
            if (!value.batched || graph_.nodes[i].input_count == 0) continue;
            const Size size = value.elements();
            if (!is_view(i)) plan.unshared += size;
            if (!is_view(i) && gradient_life_[G::inputs + i] != no_index) plan.unshared += size;
            if (saved_life_[i] != no_index) plan.unshared += lives_[saved_life_[i]].size;
        }
    }

    const G& graph_;
    bool training_;
    bool needed_[G::values_count + 1] = {};
    Size last_use_[G::values_count + 1] = {};
    Size life_[G::values_count + 1] = {};
    Size place_[G::values_count + 1] = {};
    Size source_[G::values_count + 1] = {};
    Size gradient_life_[G::values_count + 1] = {};
    Size loss_life_[max_operands] = {};
    Size saved_life_[G::nodes_count + 1] = {};
    Size saved_once_life_[G::nodes_count + 1] = {};
    Lifetimes lives_;
};

template <class Plan, class G>
constexpr Plan make_plan(const G& graph, bool training) {
    Plan plan;
    Planner<G>(graph, training).run(plan);
    return plan;
}

}  // namespace detail
}  // namespace strata
