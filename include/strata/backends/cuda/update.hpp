#pragma once
// The update of an optimizer: one thread works out the rule from the options and the step count that lie in
// device memory, then every element follows it. A step whose loss was refused changes nothing.

#include <strata/backends/cuda/gather.hpp>

namespace strata::cuda {

namespace detail {

template <class T, class Block, Size States>
struct ApplyRule {
    const Block* block;
    T* parameters;
    const T* gradients;
    T* state[States + 1];

    STRATA_DEVICE void operator()(Size i) const {
        if (!block->skip) apply(i, std::make_index_sequence<States>{});
    }
    template <Size... K>
    STRATA_DEVICE void apply(Size i, std::index_sequence<K...>) const {
        block->rule(parameters[i], gradients[i], state[K][i]...);
    }
};

}  // namespace detail

class UpdateOperations : public GatherOperations {
public:
    /// `at.clock` is the beginning of an OptimizerBlock<Algorithm>, whose options count.
    template <class Algorithm, class Step, class... State>
    void update(const Algorithm&, const Step& at, State*... state) const {
        using T = std::remove_pointer_t<decltype(at.parameters)>;
        using Block = typename Step::template Block<Algorithm>;
        Block* const block = static_cast<Block*>(at.clock);
        if (!at.rule_is_ready) once(typename Step::template PrepareRule<Algorithm>{block, at.report});
        for_each_index(at.size, detail::ApplyRule<T, Block, sizeof...(State)>{
                                    block, at.parameters, at.gradients, {state..., nullptr}});
    }
};

}  // namespace strata::cuda
