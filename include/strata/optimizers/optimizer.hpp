#pragma once
// An optimizer bound to a model: the algorithm's options, its state (flat, like the parameters) and its step
// count. Each step is one fused pass over the flat buffers.
//
// An algorithm is a value type with PyTorch's options, `lr` among them, and:
//
//   void validate() const;              // ValueError naming option, value and limit
//   StatesInUse states() const;         // which of the flat state buffers these options need
//   void update(device, step) const;    // one pass; `step` is an OptimizerStep
//
// Numbers that are the same for all parameters are computed in double on the host, as PyTorch does.

#include <array>
#include <cstdio>
#include <limits>
#include <strata/core/diagnostics.hpp>
#include <strata/core/error.hpp>
#include <strata/core/math.hpp>
#include <strata/core/message.hpp>
#include <string>

namespace strata {

/// Which of `OptimizerStep::state` an algorithm's options need. A buffer keeps its place when they change.
using StatesInUse = std::array<bool, 4>;

/// What one update works on: `size` elements each of parameters, gradients and the states in use.
template <class T>
struct OptimizerStep {
    Size size = 0;
    T* parameters = nullptr;
    const T* gradients = nullptr;
    T* state[4] = {};          ///< zeros at the beginning; null where it is not in use
    long long count = 0;       ///< 1 in the first step
    double* scalar = nullptr;  ///< lives from step to step, 1 at the beginning (NAdam's product)
};

namespace detail {

/// Throws unless an option is fine; NaN and infinities never are.
inline void check_option(bool fine, const char* owner, const char* option, double value, const char* limit) {
    if (fine && is_finite(value)) return;
    char number[32];
    std::snprintf(number, sizeof number, "%g", value);
    throw ValueError(message("strata: ", owner, ": ", option, " is ", number, ", but must be ", limit,
                             fine && !is_nan(value) ? ", and finite" : ""));
}

/// eps as it is added to a denominator. Zero becomes the smallest normal number, which changes no quotient
/// but 0 / 0: that would fill the padding between tensors, whose gradients are zero, with NaN.
template <class T>
double positive_eps(double eps) {
    constexpr double smallest = std::numeric_limits<T>::min();
    return eps > smallest ? eps : smallest;
}

}  // namespace detail

/// Whatever has an optimizer's options and says how many states it needs.
template <class A>
concept OptimizerAlgorithm = requires(const A& algorithm) {
    algorithm.validate();
    algorithm.states();
};

/// `Optimizer optimizer{model, Adam{.lr = 1e-2}}`, then `zero_grad()`, backward, `step()`. It keeps a
/// reference to the model, which has to outlive it. A copy has its own state and works on the same model.
/// Throws ValueError for options out of range.
template <class Model, class Algorithm>
class Optimizer {
    using T = typename Model::value_type;
    using Buffer = typename Model::device_type::template Buffer<T>;

public:
    explicit Optimizer(Model& model, Algorithm algorithm = {}) : algorithm_(algorithm), model_(&model) {
        algorithm_.validate();
    }
    explicit Optimizer(const Model&, Algorithm = {}) {
        constexpr bool the_model_is_not_const = detail::never<Model>;
        static_assert(
            the_model_is_not_const,
            "strata: an optimizer changes the model, and this model is const (docs/errors.md#const-model)");
    }
    explicit Optimizer(Model&&, Algorithm = {}) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(
            the_model_has_a_name,
            "strata: an optimizer keeps a reference to the model, and this model is a temporary; give it a "
            "name first (docs/errors.md#temporary-model)");
    }

    /// The options, which may change between steps: a scheduler sets `lr` here.
    Algorithm& options() { return algorithm_; }
    const Algorithm& options() const { return algorithm_; }
    long long steps() const { return count_; }

    void zero_grad() { model_->zero_grad(); }

    /// One update of all parameters from the gradients of the backward passes since `zero_grad`. Without one
    /// nothing happens and no step is counted, as PyTorch skips parameters whose gradient is None. Throws
    /// ValueError for options that are now out of range; the parameters are then as they were.
    void step() {
        algorithm_.validate();
        if (!model_->has_gradients()) return;
        const auto gradients = model_->flat_gradients();
        OptimizerStep<T> step;
        step.size = gradients.size();
        step.parameters = model_->flat_parameters().data();
        step.gradients = gradients.data();
        step.scalar = &scalar_;
        step.count = ++count_;
        const StatesInUse in_use = algorithm_.states();
        for (Size i = 0; i < in_use.size(); ++i) {
            if (!in_use[i]) continue;
            state_[i].resize(step.size);  // allocates when first used
            step.state[i] = state_[i].data();
        }
        [[maybe_unused]] const typename Model::device_type::PassScope scope;
        algorithm_.update(model_->device(), step);
    }

private:
    Algorithm algorithm_;
    Model* model_;
    Buffer state_[4];
    long long count_ = 0;
    double scalar_ = 1;
};

namespace detail {
template <class Algorithm>
struct RefuseUnlessOptimizer {
    static constexpr bool it_is_an_optimizer = OptimizerAlgorithm<Algorithm>;
    static_assert(it_is_an_optimizer, "strata: this type is no optimizer; write the options of one, such as "
                                      "Optimizer{model, Adam{.lr = 1e-3}} "
                                      "(docs/errors.md#optimizer)");
};
}  // namespace detail

/// An Optimizer of something else is refused, and does nothing.
template <class Model, class Algorithm>
requires(!OptimizerAlgorithm<Algorithm>) class Optimizer<Model, Algorithm> {
    detail::RefuseUnlessOptimizer<Algorithm> refused_here;

public:
    explicit Optimizer(const Model&, Algorithm = {}) {}
    void zero_grad() {}
    void step() {}
};

}  // namespace strata
