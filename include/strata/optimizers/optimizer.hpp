#pragma once
// An optimizer bound to a model: the algorithm's options, its state (flat, like the parameters) and its step count.
// Each step is one fused pass over the flat buffers.
//
// An algorithm is a value type with PyTorch's options and:
//
//   void validate() const;              // ValueError naming option, value and limit
//   Size states() const;                // flat state buffers that these options need
//   void update(device, step) const;    // one pass; `step` is an OptimizerStep

#include <strata/core/error.hpp>
#include <strata/core/math.hpp>
#include <string>

namespace strata {

/// What one update works on: `size` elements each of parameters, gradients and up to four states.
template <class T>
struct OptimizerStep {
    Size size = 0;
    T* parameters = nullptr;
    const T* gradients = nullptr;
    T* state[4] = {};
    long long count = 0;        ///< 1 in the first step
    double* scalar = nullptr;   ///< one number that lives from step to step, 1 at the beginning (NAdam's product)
};

namespace detail {

inline void check_option(bool fine, const char* optimizer, const char* option, double value, const char* limit) {
    if (!fine)
        throw ValueError(std::string("strata: ") + optimizer + ": " + option + " is " + std::to_string(value) +
                         ", but must be " + limit);
}

}  // namespace detail

/// `Optimizer optimizer{model, Adam{.lr = 1e-2}}`, then `zero_grad()`, backward, `step()`. It keeps a reference to the
/// model, which has to outlive it. Throws ValueError for options out of range.
template <class Model, class Algorithm>
class Optimizer {
    using T = typename Model::value_type;
    using Buffer = typename Model::device_type::template Buffer<T>;

public:
    explicit Optimizer(Model& model, Algorithm algorithm = {}) : algorithm_(algorithm), model_(&model) {
        algorithm_.validate();
    }

    /// The options; a scheduler changes `lr` here between steps.
    Algorithm& options() { return algorithm_; }
    const Algorithm& options() const { return algorithm_; }
    long long steps() const { return count_; }

    void zero_grad() { model_->zero_grad(); }

    /// One update of all parameters from the gradients of the backward passes since `zero_grad`.
    void step() {
        const auto gradients = model_->flat_gradients();
        OptimizerStep<T> step{gradients.size(), model_->flat_parameters().data(), gradients.data(), {}, ++count_, &scalar_};
        state_.resize(step.size * algorithm_.states());
        for (Size i = 0; i < algorithm_.states(); ++i) step.state[i] = state_.data() + i * step.size;
        algorithm_.update(model_->device(), step);
    }

private:
    Algorithm algorithm_;
    Model* model_;
    Buffer state_;
    long long count_ = 0;
    double scalar_ = 1;
};

}  // namespace strata
