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
#include <strata/training/trainer_check.hpp>

namespace strata {

/// `Trainer trainer{model, NLLLoss{}, Adam{.lr = 1e-2}}`, then `trainer.step(x, y)` for each batch. It keeps
/// a reference to the model, which has to outlive it.
template <class Model, class LossType, class Algorithm>
class Trainer {
    using Device = typename Model::device_type;
    using T = typename Model::value_type;

public:
    [[gnu::cold]] explicit Trainer(Model& model, LossType loss = {}, Algorithm algorithm = {})
        : model_(model), loss_(std::move(loss)), optimizer_(model, std::move(algorithm)),
          totals_(model.device(), detail::reduces_to_mean(loss_)),
          gradient_work_(detail::reduces_to_mean(loss_)) {}
    explicit Trainer(const Model& model, LossType loss = {}, Algorithm algorithm = {})
        : Trainer(const_cast<Model&>(model), loss, algorithm) {
        (void)detail::RefuseConstModelOfTrainer<Model>{};
    }
    explicit Trainer(Model&& model, LossType loss = {}, Algorithm algorithm = {})
        : Trainer(model, loss, algorithm) {
        (void)detail::RefuseTemporaryModelOfTrainer<Model>{};
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
            const Size samples = detail::count_inputs<Model>(batches);
            detail::check_same_batch(samples, target.batch);
            model.parameter_store().check_trainable();
            auto& passes = model.engine().passes();
            passes.begin_pass();  // from here on another batch lies where those of before did
            // It is read where it lies, because the caller has it for as long as the step takes.
            run<Head>(detail::take_inputs<Model>(batches, passes.rooms, false), target, before);
            return passes.device.now_or_later(
                [&] { return detail::batch_result(*passes.report.data(), samples, Head::counts_correct); },
                [&](auto&) {
                    return detail::PendingResult<Trainer>(*this, presence_.flag(), steps_begun_, samples,
                                                          Head::counts_correct);
                });
        } else {
            return BatchResult{};
        }
    }

    /// The batches since `clear_totals`. On `Cuda` this waits for the device, and throws what stopped a step.
    Totals totals() {
        totals_.check_present();
        return totals_.read(model_->device(), model_->report());
    }
    void clear_totals() {
        totals_.check_present();
        totals_.clear(model_->device());
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
        auto& parameters = model.parameter_store();
        if (!gradient_work_.adds() || parameters.gradient_count() == 0) return;
        Device& device = model.device();
        auto&& updates = optimizer_.engine();
        T* const gradients = parameters.gradients();
        const Size size = parameters.gradient_count();
        parameters.clear_padding(device);
        updates.prepare(size);
        gradient_work_.prepare(model, device);
        [[maybe_unused]] const typename Device::PassScope scope;
        if (gradient_work_.run(device, gradients, size, model.report(), true)) {
            device.once(updates.rule_work());
            updates.update(gradients);
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

    /// For a PendingResult of the step of this number. Throws ValueError when another one has begun since.
    LossReport read_report(Size step) {
        if (step != steps_begun_)
            throw ValueError(
                "strata: the trainer has begun another step since this result, in the same memory; "
                "ask for it before that, or for totals()");
        return totals_.read_report(model_->device(), model_->report());
    }

private:
    using Training = detail::Execution<typename Model::network_type, Device, T, detail::Pass::training>;
    template <class View, class Y>
    using TypeOfTarget =
        detail::TypeOfTarget<LossType, BatchView<const T, Device, typename Model::output_shape>, View, Y>;

    Model& checked_model() {
        totals_.check_present();
        if (&optimizer_.engine().model() != &*model_) detail::refuse_optimizer();
        return *model_;
    }

    template <class Head, class Inputs, class Target, class Before>
    void run(const Inputs& inputs, const Target& target, const Before& before) {
        using Refused = detail::RefusedPass<typename Model::Constants, Device, T>;
        Model& model = *model_;
        auto& parameters = model.parameter_store();
        auto& passes = model.engine().passes();
        Device& device = passes.device;
        auto&& updates = optimizer_.engine();
        parameters.make_gradients();
        parameters.clear_padding(device);
        const Size size = parameters.gradient_count();
        updates.prepare(size);
        gradient_work_.prepare(model, device);
        auto memory = model.engine().prepare(parameters, inputs);
        memory.accumulate = false;
        LossReport* const report = passes.report.data();
        const void* const workspace = Head::make_workspace(passes.workspace, inputs.batch);
        ++steps_begun_;
        buffers_.resize(Refused::buffers);
        const auto work = [&] {
            [[maybe_unused]] const typename Device::PassScope scope;
            [[maybe_unused]] const typename Device::PrecisionScope precision(device, precision_);
            Refused refused(memory, buffers_.data());
            before();
            Training::template forward<Head::end>(memory, parameters.layers());
            const auto gradient = Head::template gradient<Training>(memory);
            Head::template measure<Training>(loss_, parameters.layers(), memory, target, gradient, report,
                                             passes.workspace);
            const auto backward = [&] {
                Training::template backward<Head::end>(memory, parameters.layers());
                parameters.accumulate(false);  // gradients of before are gone, and these may be refused
            };
            const auto add_batch = [&](detail::FiniteCheck check, const auto&... then) {
                totals_.add(device, report, inputs.batch, Head::counts_correct, check, before.then(),
                            then...);
            };
            const bool plain = !gradient_work_.is_used();
            bool scaled = false;
            if constexpr (Device::rounds_products) scaled = precision_ == Precision::float16;
            // Then the thread that adds the batch works out the rules of the update, too.
            const bool rules_with_batch = plain && !scaled;
            if constexpr (Device::rounds_products)
                if (scaled) {
                    add_batch(detail::FiniteCheck::leave_out);
                    device.for_each(gradient.size(), detail::ScaleGradient<T>{scaler_.data()}, gradient.data);
                    backward();
                    device.for_each(size, detail::UnscaleGradient<T>{scaler_.data(), report},
                                    memory.gradients);
                }
            if (!scaled) {
                totals_.check_now(device, report, detail::FiniteCheck::refuse);
                backward();
            }
            if (!plain) gradient_work_.add(device, memory.gradients, size);
            if (!scaled) device.check_finite(memory.gradients, size, report);
            if (rules_with_batch)
                add_batch(detail::FiniteCheck::refuse, updates.rule_work());
            else if (!scaled)
                add_batch(detail::FiniteCheck::refuse);
            if (plain || gradient_work_.run(device, memory.gradients, size, report, false)) {
                if (!rules_with_batch) device.once(updates.rule_work());
                updates.update(memory.gradients);
            }
            refused.end(report);
            if (!plain) gradient_work_.end(device, report);
            if constexpr (Device::rounds_products)
                if (scaled) device.once(detail::AdjustScale{scaler_.data(), report});
        };
        if (recorded_) {
            const Size options =
                (gradient_work_.version() << 32) + updates.layout() * 4 + static_cast<Size>(precision_);
            ReplayKey key = detail::replay_key(memory, target.data, options, before.source());
            key.others[0] = workspace;
            key.others[1] = report;
            (void)updates.name_memory(key.others + 2);
            replay_.run(device, key, work);
        } else {
            work();
        }
        parameters.accumulate(true);
    }

    detail::ModelLink<Model> model_;
    LossType loss_;
    Optimizer<Model, Algorithm> optimizer_;
    detail::StepTotals<Device> totals_;
    detail::GradientWork<Device, T> gradient_work_;
    [[no_unique_address]] typename Device::Replay replay_;
    typename Device::template Buffer<GradScaler> scaler_{"a loss scale"};
    typename Device::template Buffer<T> buffers_{"a step's buffers"};  ///< as they were before it
    detail::Presence presence_;
    Size steps_begun_ = 0;
    bool recorded_ = true;
    Precision precision_ = Precision::float32;
};

}  // namespace strata
