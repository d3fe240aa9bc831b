#pragma once
// The update of an optimizer: every element follows a rule, which has been worked out from the options and the
// step count.

#include <strata/backends/cpu/map.hpp>

namespace strata::cpu {

namespace detail {

/// f(rule, norms, operands...)
template <class F, class Rule, class Norms>
struct WithRule {
    F f;
    Rule rule;
    Norms norms;
    template <class... Vs>
    STRATA_INLINE void operator()(Vs&... operand) const {
        f(rule, norms, operand...);
    }
};

}  // namespace detail

struct UpdateOperations {
    /// Reports a gradient that is not finite, unless something has been refused already.
    template <class T>
    static void check_finite(const T* x, Size n, LossReport* report);

    /// One update of an optimizer: every element follows the rule of this step, which has been worked out.
    /// `at.clock` is the beginning of an OptimizerBlock<Algorithm>.
    template <class Algorithm, class Step, class... State>
    static void update(const Algorithm&, const Step& at, State*... state) {
        auto& block = static_cast<typename Step::template Block<Algorithm>&>(*at.clock);
        if (block.skip) return;
        MapOperations::for_each(at.size, block.rule, at.parameters, at.gradients, state...);
    }

    /// Calls f(rule, norms, a, b, ...) on n elements of each operand, with the rule of this step and the tensor's
    /// norms.
    template <class Algorithm, class Step, class F, class... P>
    static void for_each_with_rule(const Algorithm&, const Step& at, Size n, const F& f, P*... operand) {
        using Block = typename Step::template Block<Algorithm>;
        if (static_cast<const Block&>(*at.clock).skip) return;
        const auto& rule = static_cast<const Block&>(*at.clock).rule;
        MapOperations::for_each(
            n,
            detail::WithRule<F, typename Algorithm::Rule, std::remove_cvref_t<decltype(*at.norms)>>{
                f, rule, *at.norms},
            operand...);
    }
};

template <class T>
void UpdateOperations::check_finite(const T* x, Size n, LossReport* report) {
    bool finite = true;
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        using Ints = typename V::Ints;
        Ints first(0), second(0);  // the largest of all bits without their signs
        Size i = 0;
        for (; i + 2 * V::width <= n; i += 2 * V::width) {
            first = max(first, bits(abs(V::load(x + i))));
            second = max(second, bits(abs(V::load(x + i + V::width))));
        }
        for (; i < n; i += V::width)
            first = max(first, bits(abs(V::load(x + i, n - i < V::width ? n - i : V::width))));
        typename V::Int lanes[V::width];
        max(first, second).store(lanes);
        constexpr T infinity = static_cast<T>(__builtin_inf());
        for (const auto lane : lanes) finite = finite && lane < __builtin_bit_cast(typename V::Int, infinity);
    });
    if (!finite && report->refused == 0) report->refused = LossReport::gradient_not_finite;
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void UpdateOperations::check_finite(const float*, Size, LossReport*);
#endif

}  // namespace strata::cpu
