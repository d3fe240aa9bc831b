#pragma once
// The loss of a model that does not change, batch by batch, in evaluation mode.

#include <strata/core/operations/precision.hpp>
#include <strata/models/predictor.hpp>
#include <strata/training/loss_head.hpp>
#include <strata/training/pending_result.hpp>

namespace strata {

/// `Evaluator evaluator{model, NLLLoss{}}; auto result = evaluator(x, y);`. It has its own activations, so
/// that the model may be const and shared by threads.
template <class Model, class LossType>
class Evaluator {
    using Device = typename Model::device_type;
    using T = typename Model::value_type;

public:
    using device_type = Device;
    using model_type = Model;
    using loss_type = LossType;

    [[gnu::cold]] explicit Evaluator(const Model& model, LossType loss = {})
        : predictor_(model), loss_(std::move(loss)),
          totals_(predictor_.device(), detail::reduces_to_mean(loss_)) {
        report_.resize(1);
    }
    explicit Evaluator(const Model&& model, LossType = {})
        : predictor_(model), totals_(predictor_.device(), true) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(the_model_has_a_name, "strata: an Evaluator keeps a reference to the model, and this "
                                            "model is a temporary; give it a name "
                                            "first (docs/errors.md#temporary-model)");
    }

    const LossType& loss() const& { return loss_; }
    LossType loss() && { return std::move(loss_); }
    Device& device() { return predictor_.device(); }

    /// Throws ShapeError or ValueError for a wrong batch. The result is that of `Trainer::step`.
    template <class X, class Y>
    auto operator()(const X& x, const Y& y) {
        return (*this)(x, y, detail::NothingBefore{});
    }

    /// The same, with work that fills x and y at the beginning and is repeated with it.
    template <class X, class Y, class Before>
    auto operator()(const X& x, const Y& y, const Before& before) {
        const auto held = detail::target_of<Device, T, typename Model::output_shape>(y);
        const auto target = detail::plain_view(held);
        using Head =
            detail::LossHead<Model, LossType, TypeOfTarget<std::remove_const_t<decltype(target)>, Y>>;
        [[maybe_unused]] detail::RefuseUnlessLossFits<typename Head::Problem> refused_here;
        if constexpr (Head::fits) {
            totals_.check_present();
            const auto memory = predictor_.prepare(x);
            detail::check_same_batch(memory.batch(), target.batch);
            run<Head>(memory, target, before);
            const Size samples = memory.batch();
            return device().now_or_later(
                [&] { return detail::batch_result(*report_.data(), samples, Head::counts_correct); },
                [&](auto&) {
                    return detail::PendingResult<Evaluator>(*this, presence_.flag(), batches_begun_, samples,
                                                            Head::counts_correct);
                });
        } else {
            return BatchResult{};
        }
    }

    /// The batches since `clear_totals`. On `Cuda` this waits for the device, and throws what was refused.
    Totals totals() { return totals_.read(predictor_.device(), report_.data()); }
    void clear_totals() { totals_.clear(predictor_.device()); }

    /// As Trainer's.
    void record(bool on) { recorded_ = on; }
    void precision(Precision precision) {
        Device::check_precision(precision);
        precision_ = precision;
    }

    /// For a PendingResult of the batch of this number. Throws ValueError when another one has begun since.
    LossReport read_report(Size batch) {
        if (batch != batches_begun_)
            throw ValueError("strata: the evaluator has begun another batch since this result, in the same "
                             "memory; ask for it before that, or for totals()");
        return totals_.read_report(predictor_.device(), report_.data());
    }

private:
    using Inference = detail::Execution<typename Model::network_type, Device, T, detail::Pass::inference>;
    template <class View, class Y>
    using TypeOfTarget =
        detail::TypeOfTarget<LossType, BatchView<const T, Device, typename Model::output_shape>, View, Y>;

    template <class Head, class Memory, class Target, class Before>
    void run(const Memory& memory, const Target& target, const Before& before) {
        ++batches_begun_;
        const void* const workspace = Head::make_workspace(workspace_, memory.batch());
        const auto work = [&] {
            [[maybe_unused]] const typename Device::PrecisionScope precision(predictor_.device(), precision_);
            before();
            predictor_.template forward<Head::end>(memory);
            Head::template measure<Inference>(
                loss_, predictor_.layers(), memory, target,
                BatchView<T, Device, shape_t<Inference::template value_dims<Head::value>>>{}, report_.data(),
                workspace_);
            totals_.add(predictor_.device(), report_.data(), memory.batch(), Head::counts_correct,
                        detail::FiniteCheck::none, before.then());
        };
        if (recorded_) {
            ReplayKey key =
                detail::replay_key(memory, target.data, static_cast<Size>(precision_), before.source());
            key.others[0] = workspace;
            replay_.run(predictor_.device(), key, work);
        } else {
            work();
        }
    }

    Predictor<Model> predictor_;
    LossType loss_;
    detail::StepTotals<Device> totals_;
    typename Device::template Buffer<T> workspace_{"a loss's working memory"};
    typename Device::template Buffer<LossReport> report_{"a loss"};
    [[no_unique_address]] typename Device::Replay replay_;
    detail::Presence presence_;
    Size batches_begun_ = 0;
    bool recorded_ = true;
    Precision precision_ = Precision::float32;
};

}  // namespace strata
