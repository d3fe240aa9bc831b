#pragma once
// One training step as one call: forward, loss, backward and update, with the network's last layer and the
// loss in one kernel where a rule says so. After the first step of the largest batch nothing is allocated.

#include <strata/core/message.hpp>
#include <strata/optimizers/optimizer.hpp>
#include <strata/training/loss_head.hpp>

namespace strata {

namespace detail {

[[noreturn, gnu::cold]] inline void refuse_loss(double value, long long step) {
    throw NumericError(
        message("strata: the loss is ", is_nan(value) ? "nan" : "infinite", " in step ", step,
                "; parameters are as they were before it. A smaller learning rate often helps; inputs "
                "and targets must "
                "be finite"));
}

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

}  // namespace detail

/// `Trainer trainer{model, NLLLoss{}, Adam{.lr = 1e-2}}`, then `trainer.step(x, y)` for each batch. It keeps
/// a reference to the model, which has to outlive it.
template <class Model, class LossType, class Algorithm>
class Trainer {
    using Device = typename Model::device_type;
    using T = typename Model::value_type;

public:
    explicit Trainer(Model& model, LossType loss = {}, Algorithm algorithm = {})
        : model_(&model), loss_(std::move(loss)), optimizer_(model, std::move(algorithm)) {}
    explicit Trainer(const Model& model, LossType loss = {}, Algorithm algorithm = {})
        : Trainer(const_cast<Model&>(model), loss, algorithm) {
        constexpr bool the_model_is_not_const = detail::never<Model>;
        static_assert(
            the_model_is_not_const,
            "strata: a Trainer changes the model, and this model is const (docs/errors.md#const-model)");
    }
    explicit Trainer(Model&& model, LossType loss = {}, Algorithm algorithm = {})
        : Trainer(model, loss, algorithm) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(
            the_model_has_a_name,
            "strata: a Trainer keeps a reference to the model, and this model is a temporary; give it a name "
            "first (docs/errors.md#temporary-model)");
    }

    Optimizer<Model, Algorithm>& optimizer() { return optimizer_; }
    const LossType& loss() const { return loss_; }

    /// One step on a batch (in training mode: Dropout drops). x and y are what a DataLoader yields, or
    /// xtensor containers. Throws ShapeError or ValueError for a wrong batch, NumericError for a loss that is
    /// not finite; the parameters are then as they were.
    template <class X, class Y>
    BatchResult step(const X& x, const Y& y) {
        const auto held = Device::template target_batch<T, typename Model::output_shape>(y);
        const auto target = detail::plain_view(held);
        using Head = detail::LossHead<Model, LossType, std::remove_const_t<decltype(target)>>;
        using Run = typename Model::Training;
        [[maybe_unused]] detail::RefuseUnlessLossFits<typename Head::Problem> refused_here;
        if constexpr (Head::fits) {
            const auto input = Model::view_of_input(x, model_->staging_);
            detail::check_batch(input.batch, target.batch);
            const auto memory = model_->prepare(input);
            [[maybe_unused]] const typename Device::PassScope scope;
            Run::template forward<Head::end>(memory, model_->layers_);
            const BatchResult result = Head::template measure<Run>(loss_, model_->layers_, memory, target,
                                                                   Run::template gradient<Head::end>(memory));
            if (!detail::is_finite(result.loss)) detail::refuse_loss(result.loss, optimizer_.steps() + 1);
            model_->trained_input_ = input;
            optimizer_.zero_grad();
            model_->template run_backward<Head::end>();
            optimizer_.step();
            return result;
        } else {
            return {};
        }
    }

private:
    Model* model_;
    LossType loss_;
    Optimizer<Model, Algorithm> optimizer_;
};

/// A Trainer of something else is refused, and does nothing.
template <class Model, class LossType, class Algorithm>
requires(!AnyLoss<LossType> || !OptimizerAlgorithm<Algorithm>) class Trainer<Model, LossType, Algorithm> {
    detail::RefuseUnlessTrainable<LossType, Algorithm> refused_here;

public:
    explicit Trainer(const Model&, LossType = {}, Algorithm = {}) {}
    template <class X, class Y>
    BatchResult step(const X&, const Y&) {
        return {};
    }
};

}  // namespace strata
