#pragma once
// The refusal of what a Trainer and `fit` cannot train.

#include <strata/core/error.hpp>
#include <strata/losses/loss.hpp>
#include <strata/models/model_check.hpp>
#include <strata/optimizers/algorithm.hpp>
#include <strata/training/step_totals.hpp>

namespace strata {

namespace detail {

/// A trainer changes its model, and keeps a reference to it.
template <class Model>
struct RefuseConstModelOfTrainer {
    static constexpr bool the_model_is_not_const = never<Model>;
    static_assert(
        the_model_is_not_const,
        "strata: a Trainer changes the model, and this model is const (docs/errors.md#const-model)");
};
template <class Model>
struct RefuseTemporaryModelOfTrainer {
    static constexpr bool the_model_has_a_name = never<Model>;
    static_assert(
        the_model_has_a_name,
        "strata: a Trainer keeps a reference to the model, and this model is a temporary; give it a name "
        "first (docs/errors.md#temporary-model)");
};
/// What training needs besides a model and data.
template <class LossType, class Algorithm>
struct RefuseUnlessTrainable {
    static constexpr bool the_loss_comes_before_the_optimizer =
        !(AnyLoss<Algorithm> && OptimizerAlgorithm<LossType>);
    static constexpr bool there_is_a_loss = AnyLoss<LossType> || !the_loss_comes_before_the_optimizer;
    static constexpr bool there_is_an_optimizer = OptimizerAlgorithm<Algorithm> || !AnyLoss<LossType>;
    static_assert(
        the_loss_comes_before_the_optimizer,
        "strata: the loss comes before the optimizer: Trainer{model, NLLLoss{}, Adam{}}, fit(model, loader, "
        "NLLLoss{}, Adam{}) (docs/errors.md#trainer)");
    static_assert(
        there_is_a_loss,
        "strata: where the loss belongs stands something else: Trainer{model, NLLLoss{}, Adam{}}, fit(model, "
        "loader, NLLLoss{}, Adam{}) (docs/errors.md#trainer)");
    static_assert(there_is_an_optimizer,
                  "strata: where the optimizer belongs stands something else; it is given by its options, "
                  "and not yet bound "
                  "to a model: Trainer{model, NLLLoss{}, Adam{.lr = 1e-3}} (docs/errors.md#trainer)");
};

[[noreturn, gnu::cold]] inline void refuse_optimizer() {
    throw ValueError(
        "strata: the optimizer that was assigned to this trainer's is that of another model; it would "
        "change that one");
}
}  // namespace detail

template <class Model, class LossType, class Algorithm>
class Trainer;

/// A Trainer of something else is refused, and does nothing.
template <class Model, class LossType, class Algorithm>
requires(!AnyLoss<LossType> || !OptimizerAlgorithm<Algorithm> ||
         !detail::AnyModel<Model>) class Trainer<Model, LossType, Algorithm> {
    std::conditional_t<detail::AnyModel<Model>, detail::RefuseUnlessTrainable<LossType, Algorithm>,
                       detail::RefuseNetwork<Model>>
        refused_here;

public:
    explicit Trainer(const Model&, LossType = {}, Algorithm = {}) {}
    template <class X, class Y>
    BatchResult step(const X&, const Y&) {
        return {};
    }
};

}  // namespace strata
