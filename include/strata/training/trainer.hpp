#pragma once
// One training step as one call: forward, loss, backward and update, with the network's last layer and the
// loss in one kernel where a rule says so. After the first step of the largest batch nothing is allocated.

#include <strata/core/message.hpp>
#include <strata/core/operations/precision.hpp>
#include <strata/optimizers/optimizer.hpp>
#include <strata/training/grad_scaler.hpp>
#include <strata/training/gradient_work.hpp>
#include <strata/training/loss_head.hpp>
#include <strata/training/pending_result.hpp>

namespace strata {

namespace detail {

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

namespace detail {
[[noreturn, gnu::cold]] inline void refuse_optimizer() {
    throw ValueError(
        "strata: the optimizer that was assigned to this trainer's is that of another model; it would "
        "change that one");
}
}  // namespace detail

/// `Trainer trainer{model, NLLLoss{}, Adam{.lr = 1e-2}}`, then `trainer.step(x, y)` for each batch. It keeps
/// a reference to the model, which has to outlive it.
template <class Model, class LossType, class Algorithm>
class Trainer {
    using Device = typename Model::device_type;
    using T = typename Model::value_type;

public:
    [[gnu::cold]] explicit Trainer(Model& model, LossType loss = {}, Algorithm algorithm = {})
        : model_(model), loss_(std::move(loss)), optimizer_(model, std::move(algorithm)),
          accounts_(model.device(), detail::reduces_to_mean(loss_)),
          gradient_work_(detail::reduces_to_mean(loss_)) {}
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

    Trainer(const Trainer&) = default;
    Trainer(Trainer&&) = default;
    Trainer& operator=(const Trainer& other) { return *this = Trainer(other); }  // whole or not at all
    Trainer& operator=(Trainer&& other) noexcept { return detail::assign_anew(*this, other); }

    Model& model() { return *model_; }
    Optimizer<Model, Algorithm>& optimizer() & { return optimizer_; }
    template <class This = Trainer>
    Optimizer<Model, Algorithm>& optimizer() && {
        constexpr bool the_trainer_has_a_name = detail::never<This>;
        static_assert(
            the_trainer_has_a_name,
            "strata: this Trainer is a temporary, and its optimizer dies with it; give the trainer a "
            "name first (docs/errors.md#temporary-optimizer)");
        return optimizer_;
    }
    const LossType& loss() const& { return loss_; }
    LossType loss() && { return std::move(loss_); }

    /// One step on a batch (in training mode: Dropout drops). x and y are what a DataLoader yields, or
    /// xtensor containers, on the model's device. Throws ShapeError or ValueError for a wrong batch,
    /// NumericError for a loss or a gradient that is not finite; parameters, buffers such as running means,
    /// the optimizer and the totals are then as they were.
    ///
    /// On `Cpu` the result is a BatchResult. On `Cuda` the step is only begun, and the result turns into a
    /// BatchResult when it is asked for; labels out of range and losses that are not finite are found on the
    /// device, stop the training there, and are thrown by whatever asks next.
    template <class X, class Y>
    auto step(const X& x, const Y& y) {
        return step(x, y, detail::NothingBefore{});
    }

    /// The same, with work that fills x and y at the beginning of the step and is repeated with it.
    template <class X, class Y, class Before>
    auto step(const X& x, const Y& y, const Before& before) {
        const auto held = detail::target_of<Device, T, typename Model::output_shape>(y);
        const auto target = detail::plain_view(held);
        using Head =
            detail::LossHead<Model, LossType, TypeOfTarget<std::remove_const_t<decltype(target)>, Y>>;
        [[maybe_unused]] detail::RefuseUnlessLossFits<typename Head::Problem> refused_here;
        if constexpr (Head::fits) {
            Model& model = checked_model();
            const auto batches = detail::batches_of_step(x);
            detail::check_batch(detail::count_inputs<Model>(batches), target.batch);
            model.check_trainable();
            auto& passes = *model.passes();
            passes.begin_pass();  // from here on another batch lies where those of before did
            // It is read where it lies, because the caller has it for as long as the step takes.
            const detail::Inputs input = detail::take_inputs<Model>(batches, passes.rooms, false);
            run<Head>(input, target, before);
            if constexpr (Device::is_host) {
                return detail::batch_result(*model_->report(), input.batch, Head::counts_correct);
            } else {
                return detail::PendingResult<Trainer>(*this, presence_.flag(), steps_begun_, input.batch,
                                                      Head::counts_correct);
            }
        } else {
            return BatchResult{};
        }
    }

    /// The batches since `clear_totals`. On `Cuda` this waits for the device, and throws what stopped a step.
    Totals totals() {
        accounts_.check_present();
        return accounts_.read(model_->device(), model_->report());
    }
    void clear_totals() {
        accounts_.check_present();
        accounts_.clear(model_->device());
    }

    /// Clips the gradients of each step, between backward and update, as clip_grad_norm_ and clip_grad_value_
    /// do; infinity: no longer. With both, values come first. Throws ValueError for a value that is not above
    /// 0, and a norm_type other than 2 or infinity.
    void clip_grad_norm(double max_norm, double norm_type = 2) {
        gradient_work_.clip_norm(max_norm, norm_type);
    }
    double clip_grad_norm() const { return gradient_work_.max_norm(); }
    void clip_grad_value(double clip_value) { gradient_work_.clip_value(clip_value); }
    double clip_grad_value() const { return gradient_work_.max_value(); }
    /// The norm of the last step's gradients before clip_grad_norm; waits for the device. 0 before the first.
    double grad_norm() { return gradient_work_.last_norm(model_->device()); }

    /// Parameters are updated once for so many batches: with the mean of their gradients, or, if the loss is a
    /// sum, the sum of them, which is one step on one batch of as many samples. A batch that is refused, or left
    /// out, does not count, and leaves what the others have added up. What a group that is not full has added
    /// up waits for `update()`; it is dropped when another model is assigned to this one, and that of a
    /// parameter when it is frozen. Throws ValueError for a number outside of [1, 1e9], and what `update` throws;
    /// nothing has changed then.
    void accumulate_grad_batches(int batches) {
        gradient_work_.check_batches(batches);
        update();
        gradient_work_.accumulate(batches);
    }
    Size accumulate_grad_batches() const { return gradient_work_.batches(); }
    /// The update of a group of batches that is not full, as at the end of an epoch (`fit` calls it there): with
    /// the mean of the batches that there are. Without any nothing happens. Throws ValueError when the model is
    /// gone, or the optimizer is that of another.
    [[gnu::cold, gnu::noinline]] void update() {
        Model& model = checked_model();
        if (!gradient_work_.adds() || model.gradients_.size() == 0) return;
        Device& device = model.device();
        T* const gradients = model.gradients_.data();
        const Size size = model.gradients_.size();
        optimizer_.prepare(size);
        gradient_work_.prepare(model, device);
        [[maybe_unused]] const typename Device::PassScope scope;
        if (gradient_work_.run(device, gradients, size, model.report(), true)) {
            optimizer_.update(gradients);
            optimizer_.count_step();
        }
        gradient_work_.end(device, model.report());
    }
    /// For the options of `fit`.
    detail::GradientWork<Device, T>& gradient_work() & { return gradient_work_; }

    /// Whether the steps of a device that can record them are recorded and repeated (the default), or given
    /// to it one operation at a time. The results have the same bits.
    void record(bool on) { recorded_ = on; }
    bool record() const { return recorded_; }

    /// What products are rounded to on a device that can (float32: nothing). With float16 the loss is scaled,
    /// and steps whose gradients overflow are left out. Throws ValueError where the device cannot.
    void precision(Precision precision) {
        Device::check_precision(precision);
        if (precision == Precision::float16 && scaler_.size() == 0) {
            const GradScaler initial;
            scaler_.resize(1);
            scaler_.copy_from(&initial);
        }
        precision_ = precision;
    }
    Precision precision() const { return precision_; }
    /// The factor on a float16 loss at present; waits for the device.
    double loss_scale() { return scaler_.size() == 0 ? 1.0 : model_->device().fetch(scaler_.data()).scale; }

private:
    template <class>
    friend class detail::PendingResult;

    template <class View, class Y>
    using TypeOfTarget =
        detail::TypeOfTarget<LossType, BatchView<const T, Device, typename Model::output_shape>, View, Y>;

    Model& checked_model() const {
        accounts_.check_present();
        if (&optimizer_.model() != &*model_) detail::refuse_optimizer();
        return *model_;
    }

    template <class Head, class Input, class Target, class Before>
    void run(const Input& input, const Target& target, const Before& before) {
        using Run = typename Model::Training;
        using Refused = detail::RefusedPass<typename Model::Constants, Device, T>;
        Model& model = *model_;
        model.make_gradients();
        optimizer_.prepare(model.gradients_.size());
        gradient_work_.prepare(model, model.device());
        auto memory = model.prepare(input);
        memory.accumulate = false;
        LossReport* const report = model.report();
        const void* const workspace = Head::make_workspace(model.passes_->workspace, input.batch);
        ++steps_begun_;
        Device& device = model.device();
        const bool scaled = precision_ == Precision::float16;
        const bool plain = !gradient_work_.is_used();
        bool updates = true;
        buffers_.resize(Refused::buffers);
        const auto work = [&] {
            [[maybe_unused]] const typename Device::PassScope scope;
            [[maybe_unused]] const typename Device::PrecisionScope precision(device, precision_);
            Refused refused(memory, buffers_.data());
            before();
            Run::template forward<Head::end>(memory, model.layers_);
            const auto gradient = Head::template gradient<Run>(memory);
            Head::template measure<Run>(loss_, model.layers_, memory, target, gradient, report,
                                        model.passes_->workspace);
            const bool counts = Head::counts_correct;
            const Size size = model.gradients_.size();
            if constexpr (Device::is_host) {
                accounts_.check_now(report, detail::FiniteCheck::refuse);
                Run::template backward<Head::end>(memory, model.layers_);
                model.accumulate_ = false;  // gradients of before are gone, and these may be refused
                if (!plain) gradient_work_.add(device, memory.gradients, size);
                device.check_finite(memory.gradients, size, report);
                accounts_.add(device, report, input.batch, counts, detail::FiniteCheck::refuse);
                if (!plain) updates = gradient_work_.run(device, memory.gradients, size, report, false);
                if (updates) optimizer_.update(memory.gradients);
            } else if (scaled) {
                accounts_.add(device, report, input.batch, counts, detail::FiniteCheck::leave_out,
                              before.then());
                device.for_each(gradient.size(), detail::ScaleGradient<T>{scaler_.data()}, gradient.data);
                Run::template backward<Head::end>(memory, model.layers_);
                device.for_each(size, detail::UnscaleGradient<T>{scaler_.data(), report}, memory.gradients);
                if (!plain) {
                    gradient_work_.add(device, memory.gradients, size);
                    (void)gradient_work_.run(device, memory.gradients, size, report, false);
                }
                optimizer_.update(memory.gradients);
            } else {
                Run::template backward<Head::end>(memory, model.layers_);
                if (!plain) gradient_work_.add(device, memory.gradients, size);
                device.check_finite(memory.gradients, size, report);
                constexpr auto refuse = detail::FiniteCheck::refuse;
                if (plain) {  // the optimizer's rule is worked out by the thread that adds the batch
                    accounts_.add(device, report, input.batch, counts, refuse, before.then(),
                                  optimizer_.rule_work());
                } else {
                    accounts_.add(device, report, input.batch, counts, refuse, before.then());
                    (void)gradient_work_.run(device, memory.gradients, size, report, false);
                }
                optimizer_.update(memory.gradients, {.rule_is_ready = plain});
            }
            refused.end(report);
            if (!plain) gradient_work_.end(device, report);
            if constexpr (!Device::is_host)
                if (scaled) device.once(detail::AdjustScale{scaler_.data(), report});
        };
        if (recorded_) {
            const Size options =
                (gradient_work_.version() << 32) + optimizer_.layout() * 4 + static_cast<Size>(precision_);
            ReplayKey key = detail::replay_key(memory, target.data, options, before.source());
            key.others[0] = workspace;
            key.others[1] = report;
            (void)optimizer_.name_memory(key.others + 2);
            replay_.run(device, key, work);
        } else {
            work();
        }
        model.accumulate_ = true;
        if (updates) optimizer_.count_step();
    }

    LossReport read_report(Size step) {
        if (step != steps_begun_)
            throw ValueError(
                "strata: the trainer has begun another step since this result, in the same memory; "
                "ask for it before that, or for totals()");
        return accounts_.read_report(model_->device(), model_->report());
    }

    detail::ModelLink<Model> model_;
    LossType loss_;
    Optimizer<Model, Algorithm> optimizer_;
    detail::Accounts<Device> accounts_;
    detail::GradientWork<Device, T> gradient_work_;
    [[no_unique_address]] typename Device::Replay replay_;
    typename Device::template Buffer<GradScaler> scaler_{"a loss scale"};
    typename Device::template Buffer<T> buffers_{"a step's buffers"};  ///< as they were before it
    detail::Presence presence_;
    Size steps_begun_ = 0;
    bool recorded_ = true;
    Precision precision_ = Precision::float32;
};

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
