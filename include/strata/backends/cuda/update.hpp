#pragma once
// The update of an optimizer: one thread works out the rule from the options and the step count that lie in
// device memory, then every element follows it. A step whose loss was refused changes nothing.

#include <strata/backends/cuda/map.hpp>
#include <strata/core/math.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <type_traits>
#include <utility>

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

/// f(rule, norms, a[i], b[i], ...), but in a step that changes nothing.
template <class Block, class Norms, class Work>
struct ApplyWithRule {
    const Block* block;
    const Norms* norms;
    Work work;

    STRATA_DEVICE void operator()(Size i) const {
        if (!block->skip) work.with(i, block->rule, *norms);
    }
};

template <class T>
struct CheckFinite {
    const T* x;
    LossReport* report;

    STRATA_DEVICE void operator()(Size i) const {  // whichever of the threads finds it
        if (!strata::detail::is_finite(static_cast<double>(x[i])) && report->refused == 0)
            report->refused = LossReport::gradient_not_finite;
    }
};

}  // namespace detail

class UpdateOperations : public virtual Queue {
public:
    /// Reports a gradient that is not finite, unless something has been refused already.
    template <class T>
    void check_finite(const T* x, Size n, LossReport* report) const {
        for_each_index(n, detail::CheckFinite<T>{x, report});
    }

    /// One update of an optimizer: every element follows the rule of this step, which has been worked out.
    /// `at.clock` is the beginning of an OptimizerBlock<Algorithm>.
    template <class Algorithm, class Step, class... State>
    void update(const Algorithm&, const Step& at, State*... state) const {
        using T = std::remove_pointer_t<decltype(at.parameters)>;
        using Block = typename Step::template Block<Algorithm>;
        Block* const block = static_cast<Block*>(at.clock);
        const detail::ApplyRule<T, Block, sizeof...(State)> apply{
            block, at.parameters, at.gradients, {state..., nullptr}};
        for_each_index(at.size, apply);
    }

    /// Calls f(rule, norms, a, b, ...) on n elements of each operand, with the rule of this step and the tensor's
    /// norms.
    template <class Algorithm, class Step, class F, class... P>
    void for_each_with_rule(const Algorithm&, const Step& at, Size n, const F& f, P*... operand) const {
        using Block = typename Step::template Block<Algorithm>;
        using Norms = std::remove_pointer_t<decltype(at.norms)>;
        using Work = detail::Elementwise<F, P...>;
        for_each_index(n, detail::ApplyWithRule<Block, Norms, Work>{static_cast<const Block*>(at.clock),
                                                                    at.norms, Work{{operand}..., f}});
    }
};

}  // namespace strata::cuda
