#pragma once
// The generic training function and its testing twin.

#include <optional>
#include <strata/training/evaluator.hpp>
#include <strata/training/progress.hpp>
#include <strata/training/trainer.hpp>

namespace strata {

/// How the losses of an epoch's batches become one number.
enum class EpochLoss {
    mean,                  ///< over samples: what the loss of the whole data set in one batch would be
    batch_sum_per_sample,  ///< the sum over batches divided by the number of samples, as many tutorials print
                           ///< it
};

template <class Loader>
struct FitOptions {
    int epochs = 1;
    std::optional<Loader> validation = {};  ///< evaluated after each epoch
    std::FILE* output = stdout;             ///< null: silent
    EpochLoss epoch_loss = EpochLoss::mean;
};

/// What `evaluate` measured. The accuracy is NaN unless the targets are class indices.
struct Evaluation {
    double loss = 0;
    double accuracy = __builtin_nan("");
    Size samples = 0;
};

namespace detail {

/// Adds up batches to an epoch's numbers.
struct EpochTotals {
    double mean_sum = 0, batch_sum = 0;
    Size samples = 0, correct = 0, batches = 0;
    bool classes = false;

    void add(const BatchResult& batch, bool reduces_to_mean) {
        mean_sum += reduces_to_mean ? batch.loss * static_cast<double>(batch.samples) : batch.loss;
        batch_sum += batch.loss;
        samples += batch.samples;
        correct += batch.correct;
        classes = batch.counts_correct;
        ++batches;
    }
    double loss(EpochLoss kind) const {
        return (kind == EpochLoss::mean ? mean_sum : batch_sum) / static_cast<double>(samples);
    }
    double accuracy() const {
        return classes ? static_cast<double>(correct) / static_cast<double>(samples) : __builtin_nan("");
    }
};

template <class Loader>
decltype(auto) batches_of(Loader& loader) {
    if constexpr (requires { loader.views(); })
        return loader.views();
    else
        return (loader);
}

template <class LossType>
bool reduces_to_mean(const LossType& loss) {
    if constexpr (requires { loss.reduction; })
        return loss.reduction != decltype(loss.reduction)::sum;
    else
        return true;
}

/// One pass over a loader: `run(x, y)` for each batch, `show(totals)` after it.
template <class Loader, class Run, class Show>
EpochTotals run_epoch(Loader& loader, bool mean, const Run& run, const Show& show) {
    EpochTotals totals;
    for (auto&& [x, y] : batches_of(loader)) {
        totals.add(run(x, y), mean);
        show(totals);
    }
    if (totals.samples == 0) throw ValueError("strata: the loader yields no batches");
    return totals;
}

}  // namespace detail

/// The loss and the accuracy over a loader, in evaluation mode.
template <class Net, class Device, class T, class Loader, class LossType>
Evaluation evaluate(const Model<Net, Device, T>& model, const Loader& loader, const LossType& loss,
                    EpochLoss kind = EpochLoss::mean) {
    Evaluator evaluator{model, loss};
    const auto totals = detail::run_epoch(
        loader, detail::reduces_to_mean(loss), [&](const auto& x, const auto& y) { return evaluator(x, y); },
        [](const auto&) {});
    return {totals.loss(kind), totals.accuracy(), totals.samples};
}

/// What yields batches: `begin` and `end`, or `views`.
template <class L>
concept AnyLoader = requires(const L& loader) {
    loader.views();
}
|| requires(const L& loader) { std::begin(loader); };

namespace detail {

template <class Loader, class LossType, class Algorithm>
concept TrainingArguments = AnyLoader<Loader> && AnyLoss<LossType> && OptimizerAlgorithm<Algorithm>;

/// What is wrong with the arguments of `fit`: the first of them that is not what it should be.
template <class Model, class Loader, class LossType, class Algorithm>
struct RefuseFit {
    static constexpr bool the_first_argument_is_a_model = requires { typename Model::network_type; };
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

/// Trains `model` for `options.epochs` passes over `loader`. Works with every network, loss, optimizer and
/// loader; a loader is anything that yields pairs of batches. If a batch is refused, the model keeps what it
/// has learnt before. Throws what `Trainer::step` throws.
///
/// Options in braces, `fit(model, loader, NLLLoss{}, Adam{}, {.epochs = 5, .validation = test_loader})`, take
/// a validation loader of the same type as `loader`; one of another type is named:
/// FitOptions<OtherLoader>{...}.
template <class Net, class Device, class T, class Loader, class LossType, class Algorithm,
          class Validation = Loader>
History fit(Model<Net, Device, T>& model, const Loader& loader, const LossType& loss,
            const Algorithm& algorithm, const FitOptions<Validation>& options = {}) requires
    detail::TrainingArguments<Loader, LossType, Algorithm> {
    Trainer trainer{model, loss, algorithm};
    Progress progress(options.output, options.epochs);
    History history;
    for (int number = 1; number <= options.epochs; ++number) {
        Size batches = 0;
        if constexpr (requires { loader.size(); }) batches = loader.size();
        progress.begin_epoch(number, batches);
        Epoch epoch{.epoch = number};
        const auto totals = detail::run_epoch(
            loader, detail::reduces_to_mean(loss),
            [&](const auto& x, const auto& y) { return trainer.step(x, y); },
            [&](const auto& so_far) { progress.batch(so_far.batches, so_far.loss(options.epoch_loss)); });
        epoch.loss = totals.loss(options.epoch_loss);
        epoch.accuracy = totals.accuracy();
        if (options.validation) {
            const Evaluation measured = evaluate(model, *options.validation, loss, options.epoch_loss);
            epoch.validation_loss = measured.loss;
            epoch.validation_accuracy = measured.accuracy;
        }
        epoch.seconds = progress.seconds();
        progress.end_epoch(epoch);
        history.add(epoch);
    }
    return history;
}

/// Anything else is refused.
template <class Model, class Loader, class LossType, class Algorithm, class Validation = Loader>
History fit(const Model&, const Loader&, const LossType&, const Algorithm&,
            const FitOptions<Validation>& = {}) {
    constexpr bool wrong_loss_or_optimizer = requires { typename Model::network_type; }
    &&AnyLoader<Loader> && !detail::TrainingArguments<Loader, LossType, Algorithm>;
    if constexpr (wrong_loss_or_optimizer)
        (void)detail::RefuseUnlessTrainable<LossType, Algorithm>{};
    else
        (void)detail::RefuseFit<Model, Loader, LossType, Algorithm>{};
    return {};
}

}  // namespace strata
