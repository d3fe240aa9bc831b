#pragma once
// The frozen parameters of a model, and what the backward pass may leave out for them: the gradients of
// their rows, and of all values that no other parameter lies below.

#include <strata/core/config.hpp>
#include <strata/models/execution/execution.hpp>
#include <strata/models/parameter_selection.hpp>

namespace strata::detail {

/// Whether the gradient of each value is wanted: some parameter below it is learnt. `rows` has a flag for
/// each row of the parameter table, and `first_rows` the first row of each layer.
void find_wanted(const GraphNode* nodes, Size count, Size inputs, const Size* first_rows, const bool* rows,
                 bool* values);

/// The frozen set of a network's parameters. `N` is a Network.
template <class N>
class Freezing {
public:
    Freezing() {
        for (Size row = 0; row != N::parameter_tensors; ++row) rows_[row] = is_learnt(row);
    }

    void set(Size row, bool frozen) {
        rows_[row] = !frozen;
        times_[row] += frozen;
        any_ = false;
        for (Size i = 0; i != N::parameter_tensors; ++i) any_ = any_ || (is_learnt(i) && !rows_[i]);
        find_wanted(N::graph.nodes, N::layer_count, N::inputs, N::first_rows.of, rows_, values_);
    }
    bool is_frozen(Size row) const { return !rows_[row]; }
    /// How often it has been frozen so far.
    Size times_frozen(Size row) const { return times_[row]; }
    bool any() const { return any_; }
    /// Whether there is nothing left to learn.
    bool all() const {
        for (Size row = 0; row != N::parameter_tensors; ++row)
            if (rows_[row]) return false;
        return any_;
    }
    /// One flag for each row: learnt, and not frozen.
    std::span<const bool> rows() const { return {rows_, N::parameter_tensors}; }
    /// What the backward pass asks; with nothing frozen it need not look.
    Wanted wanted() const { return any_ ? Wanted{values_, rows_} : Wanted{}; }

private:
    static constexpr bool is_learnt(Size row) {
        return N::parameters.rows[row].kind == ParameterKind::learnt;
    }

    bool rows_[N::parameter_tensors + 1] = {};
    bool values_[N::inputs + N::layer_count + 1] = {};
    Size times_[N::parameter_tensors + 1] = {};
    bool any_ = false;
};

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void find_wanted(const GraphNode* nodes, Size count, Size inputs, const Size* first_rows,
                                 const bool* rows, bool* values) {
    for (Size v = 0; v < inputs; ++v) values[v] = false;
    for (Size i = 0; i < count; ++i) {
        bool wanted = false;
        for (Size p = 0; nodes[i].leaf != no_index && p < nodes[i].rules->learnt; ++p)
            wanted = wanted || rows[first_rows[nodes[i].leaf] + p];
        for (Size k = 0; k < nodes[i].input_count; ++k) wanted = wanted || values[nodes[i].inputs[k]];
        values[inputs + i] = wanted;
    }
}

}  // namespace strata::detail
#endif
