#pragma once
// The update of an optimizer: one thread works out the rule from the options and the step count that lie in
// device memory, then every element follows it. A step whose loss was refused changes nothing.

#include <strata/backends/cuda/loops.hpp>

namespace strata::cuda {

namespace detail {

template <class T, class Block, Size States>
struct ApplyRule {
    const Block* block;
    T* parameters;
    const T* gradients;
    LossReport* checked;  ///< null: whatever the gradients are
    T* state[States + 1];

    STRATA_DEVICE void operator()(Size i) const {
        if (block->skip) return;
        if (checked != nullptr && !strata::detail::is_finite(static_cast<double>(gradients[i])))
            checked->refused = LossReport::gradient_not_finite;  // whoever of the threads finds it
        else
            apply(i, std::make_index_sequence<States>{});
    }
    template <Size... K>
    STRATA_DEVICE void apply(Size i, std::index_sequence<K...>) const {
        block->rule(parameters[i], gradients[i], state[K][i]...);
    }
};

}  // namespace detail

class UpdateOperations : public LoopOperations {
public:
    /// `at.clock` is the beginning of an OptimizerBlock<Algorithm>, whose options count.
    template <class Algorithm, class Step, class... State>
    void update(const Algorithm&, const Step& at, State*... state) const {
        using T = std::remove_pointer_t<decltype(at.parameters)>;
        using Block = typename Step::template Block<Algorithm>;
        Block* const block = static_cast<Block*>(at.clock);
        if (!at.options.rule_is_ready) once(typename Step::template PrepareRule<Algorithm>{block, at.report});
        LossReport* const checked = at.options.checks_gradients ? at.report : nullptr;
        const detail::ApplyRule<T, Block, sizeof...(State)> apply{
            block, at.parameters, at.gradients, checked, {state..., nullptr}};
        for_each_index(at.size, apply);
    }
};

}  // namespace strata::cuda
