#pragma once
// The generic training function and its testing twin.

#include <functional>
#include <strata/core/config.hpp>
#include <strata/training/evaluator.hpp>
#include <strata/training/gradient_options.hpp>
#include <strata/training/progress.hpp>
#include <strata/training/trainer.hpp>
#include <strata/training/validation_loader.hpp>

namespace strata {

/// In braces, `fit(model, loader, NLLLoss{}, Adam{}, {.epochs = 5, .validation = test_loader})`, `validation`
/// takes a loader of any type. An object of this type names its own: FitOptions<decltype(test_loader)>.
template <class Loader>
struct FitOptions {
    int epochs = 1;                                    ///< 0: nothing happens
    detail::ValidationMember<Loader> validation = {};  ///< a loader, evaluated after each epoch
    std::FILE* output = stdout;                        ///< null: silent
    EpochLoss epoch_loss = EpochLoss::mean;
    /// What matrix products are rounded to, on Cuda; float16 scales the loss (GradScaler).
    Precision precision = Precision::float32;
    bool record = true;  ///< on Cuda: each step is one recorded graph; false: one operation at a time
    /// The gradients of each step, taken together, are shortened to this norm (clip_grad_norm_), or each is
    /// brought into [-x, x] (clip_grad_value_). Left out: not.
    detail::GradientOptionFor<Loader, detail::ClipNorm> clip_grad_norm = {};
    detail::GradientOptionFor<Loader, detail::ClipToLargest> clip_grad_value = {};
    /// One update for so many batches, with the mean of their gradients; what is left at the end of an epoch
    /// becomes an update, too. Left out: 1.
    detail::GradientOptionFor<Loader, detail::Accumulate> accumulate_grad_batches = {};
    /// Called with what each epoch gave, for a scheduler, a checkpoint, ... An exception ends the training.
    std::function<void(const Epoch&)> after_epoch = {};
};

/// What `evaluate` measured. The accuracy is NaN unless the targets are class indices.
struct Evaluation {
    double loss = 0;
    double accuracy = __builtin_nan("");
    Size samples = 0;
};

namespace detail {

[[gnu::cold]] void check_epochs(int epochs);
[[noreturn, gnu::cold]] void refuse_contradiction(const char* option);
/// Options that a trainer has itself are not overlooked.
template <class Options, class Trainer>
[[gnu::cold]] void check_trainer_options(const Options& options, Trainer& trainer) {
    if (options.precision != Precision::float32 && options.precision != trainer.precision())
        throw ValueError(
            "strata: fit: this trainer has a precision of its own, and another one stands in the "
            "options; write trainer.precision(...)");
    if (!options.record && trainer.record())
        throw ValueError("strata: fit: this trainer records its steps, and the options say not to; write "
                         "trainer.record(false)");
    const auto& work = trainer.gradient_work();
    const char* other = nullptr;
    if (options.clip_grad_norm.contradicts(work)) other = "clip_grad_norm";
    if (options.clip_grad_value.contradicts(work)) other = "clip_grad_value";
    if (options.accumulate_grad_batches.contradicts(work)) other = "accumulate_grad_batches";
    if (other != nullptr) refuse_contradiction(other);
}

}  // namespace detail

/// The loss and the accuracy over a loader, in evaluation mode.
template <class Net, class Device, class T, AnyLoader Loader, class LossType>
Evaluation evaluate(const Model<Net, Device, T>& model, const Loader& loader, const LossType& loss,
                    EpochLoss kind = EpochLoss::mean) {
    Evaluator evaluator{model, loss};
    detail::BatchFeed<Device, Loader> feed(loader, evaluator.device());
    const Totals totals = detail::evaluate_epoch(feed, evaluator);
    return {totals.loss(kind), totals.accuracy(), totals.samples};
}

/// Anything else is refused.
template <class Model, class Loader, class LossType>
Evaluation evaluate(const Model&, const Loader&, const LossType&, EpochLoss = EpochLoss::mean) {
    constexpr bool the_first_argument_is_a_model = detail::AnyModel<Model>;
    constexpr bool the_second_argument_is_a_loader = AnyLoader<Loader> || !the_first_argument_is_a_model;
    static_assert(the_first_argument_is_a_model,
                  "strata: the first argument of evaluate is no model; write evaluate(model, loader, "
                  "NLLLoss{}) (docs/errors.md#fit)");
    static_assert(the_second_argument_is_a_loader,
                  "strata: the second argument of evaluate is no loader, which yields pairs of batches; of a "
                  "data set one is made with DataLoader{dataset, {.batch_size = 64}} (docs/errors.md#fit)");
    return {};
}

namespace detail {

template <class Loader, class LossType, class Algorithm>
concept TrainingArguments = AnyLoader<Loader> && AnyLoss<LossType> && OptimizerAlgorithm<Algorithm>;

/// What is wrong with the arguments of `fit`: the first of them that is not what it should be.
template <class Model, class Loader, class LossType, class Algorithm>
struct RefuseFit {
    static constexpr bool the_first_argument_is_a_model = AnyModel<Model>;
    static constexpr bool the_second_argument_is_a_loader =
        AnyLoader<Loader> || !the_first_argument_is_a_model;
    static constexpr bool the_model_can_be_changed =
        !the_first_argument_is_a_model || !TrainingArguments<Loader, LossType, Algorithm>;
    static_assert(
        the_first_argument_is_a_model,
        "strata: the first argument of fit is no model; write fit(model, loader, NLLLoss{}, Adam{}) "
        "(docs/errors.md#fit)");
    static_assert(the_second_argument_is_a_loader,
                  "strata: the second argument of fit is no loader, which yields pairs of batches; of a data "
                  "set one is "
                  "made with DataLoader{dataset, {.batch_size = 64}} (docs/errors.md#fit)");
    static_assert(the_model_can_be_changed, "strata: fit changes the model, so it can neither be const nor a "
                                            "temporary (docs/errors.md#const-model)");
};

}  // namespace detail

/// Trains the model of `trainer`, with its loss and optimizer as they are, for `options.epochs` passes over
/// `loader`: for an optimizer with groups or a scheduler, or to go on after an earlier `fit`.
///
///   Trainer trainer{model, NLLLoss{}, Adam{.lr = 1e-3}};
///   trainer.optimizer().group("features.", Adam{.lr = 1e-4});
///   fit(trainer, loader, {.epochs = 5});
///
/// A loader is anything that yields pairs of batches. If a batch is refused, the model keeps what it has
/// learnt before. Precision and recording are the trainer's; options that contradict them throw ValueError,
/// and so does a negative number of epochs. Throws what `Trainer::step` throws.
template <class Model, class LossType, class Algorithm, AnyLoader Loader,
          class Validation = detail::ValidationLoader<Evaluator<Model, LossType>>>
History fit(Trainer<Model, LossType, Algorithm>& trainer, const Loader& loader,
            const FitOptions<Validation>& options = {}) {
    using Device = typename Model::device_type;
    detail::check_epochs(options.epochs);
    detail::check_trainer_options(options, trainer);
    detail::BatchFeed<Device, Loader> feed(loader, trainer.model().device());
    detail::Shared<detail::Validation<Evaluator<Model, LossType>>> validation;
    if (options.validation) {
        validation = detail::make_validation<Evaluator<Model, LossType>>(*options.validation, trainer.model(),
                                                                         trainer.loss());
        validation->evaluator.precision(trainer.precision());
        validation->evaluator.record(trainer.record());
    }
    Progress progress(options.output, options.epochs);
    History history;
    for (int number = 1; number <= options.epochs; ++number) {
        Size batches = 0;
        if constexpr (requires { loader.size(); }) batches = loader.size();
        progress.begin_epoch(number, batches);
        Epoch epoch{.epoch = number};
        const Totals totals = detail::run_epoch(
            feed, trainer, [&](const auto&... batch) { (void)trainer.step(batch...); },
            [&](Size done) {
                progress.batch(done, [&] { return trainer.totals().loss(options.epoch_loss); });
            });
        if (trainer.gradient_work().adds()) trainer.update();
        epoch.loss = totals.loss(options.epoch_loss);
        epoch.accuracy = totals.accuracy();
        if (validation) {
            const Totals measured = validation->epoch();
            epoch.validation_loss = measured.loss(options.epoch_loss);
            epoch.validation_accuracy = measured.accuracy();
        }
        epoch.seconds = progress.seconds();
        progress.end_epoch(epoch);
        history.add(epoch);
        if (options.after_epoch) options.after_epoch(epoch);
    }
    return history;
}

/// The same with a trainer that is needed for nothing else.
template <class Model, class LossType, class Algorithm, AnyLoader Loader,
          class Validation = detail::ValidationLoader<Evaluator<Model, LossType>>>
History fit(Trainer<Model, LossType, Algorithm>&& trainer, const Loader& loader,
            const FitOptions<Validation>& options = {}) {
    return fit(trainer, loader, options);
}

/// The same for a model, with a trainer of its own.
template <class Net, class Device, class T, class Loader, class LossType, class Algorithm,
          class Validation = detail::ValidationLoader<Evaluator<Model<Net, Device, T>, LossType>>>
History fit(Model<Net, Device, T>& model, const Loader& loader, const LossType& loss,
            const Algorithm& algorithm, const FitOptions<Validation>& options = {}) requires
    detail::TrainingArguments<Loader, LossType, Algorithm> {
    Trainer trainer{model, loss, algorithm};
    trainer.precision(options.precision);
    trainer.record(options.record);
    options.clip_grad_norm.apply(trainer.gradient_work());
    options.clip_grad_value.apply(trainer.gradient_work());
    options.accumulate_grad_batches.apply(trainer.gradient_work());
    return fit(trainer, loader, options);
}

/// Anything else is refused.
template <class Model, class Loader, class LossType, class Algorithm,
          class Validation = detail::IgnoredValidation>
History fit(const Model&, const Loader&, const LossType&, const Algorithm&,
            const FitOptions<Validation>& = {}) {
    constexpr bool wrong_loss_or_optimizer = detail::AnyModel<Model> && AnyLoader<Loader> &&
                                             !detail::TrainingArguments<Loader, LossType, Algorithm>;
    if constexpr (wrong_loss_or_optimizer)
        (void)detail::RefuseUnlessTrainable<LossType, Algorithm>{};
    else
        (void)detail::RefuseFit<Model, Loader, LossType, Algorithm>{};
    return {};
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void check_epochs(int epochs) {
    if (epochs < 0) refuse_option("fit", "epochs", epochs, "at least 0");
}

STRATA_FUNCTION void refuse_contradiction(const char* option) {
    throw ValueError(message("strata: fit: this trainer has another ", option,
                             " than the options; write trainer.", option, "(...)"));
}

}  // namespace strata::detail
#endif
