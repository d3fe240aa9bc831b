#pragma once
// The sums of steps, in the device's memory: an epoch's numbers are read once per report and not once per
// step. Training and evaluation share it.

#include <strata/core/config.hpp>
#include <strata/core/math.hpp>
#include <strata/core/message.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/models/prediction.hpp>
#include <strata/training/before.hpp>

namespace strata {

/// What one batch gave.
struct BatchResult {
    double loss = 0;  ///< as the loss reduces it
    Size samples = 0;
    Size correct = 0;             ///< positions whose largest output is that of their class
    bool counts_correct = false;  ///< whether targets are classes at all
    Size counted = 0;  ///< positions whose class counts (is not ignored): a sample has one, or more
};

/// How the losses of an epoch's batches become one number.
enum class EpochLoss {
    mean,  ///< what the loss of the whole data set in one batch would be, whatever the batches
           ///< are; of a loss that is a sum, that sum divided by the number of samples
    batch_sum_per_sample,  ///< the sum over batches divided by the number of samples, as many tutorials print
                           ///< it
};

/// The batches since the last `clear_totals`.
struct Totals {
    double sum = 0, divisor = 0;  ///< of all batches: what the losses add up, and what they divide it by
    double batch_sum = 0;         ///< of the losses themselves
    Size samples = 0, batches = 0;
    Size correct = 0, counted = 0;  ///< correct ones among the positions whose class indices count
    Size steps = 0;                 ///< batches too, but never cleared

    /// NaN where no target counts.
    double loss(EpochLoss kind = EpochLoss::mean) const {
        return kind == EpochLoss::mean ? sum / divisor : batch_sum / static_cast<double>(samples);
    }
    /// NaN unless the targets are class indices, of which some count.
    double accuracy() const {
        return counted == 0 ? __builtin_nan("") : static_cast<double>(correct) / static_cast<double>(counted);
    }
};

namespace detail {

/// What becomes of a loss that is not finite: it is added like any other, it stops the training, or (where
/// gradients are scaled, and may overflow) its batch is not counted.
enum class FiniteCheck { none, refuse, leave_out };

/// Work for one thread of the device: the loss just reported is added, or stops the training; so does a
/// gradient that is not finite, where those have been checked before.
struct AddBatch {
    LossReport* report;
    Totals* totals;
    Size samples;
    bool counts_correct;
    bool reduces_to_mean;
    FiniteCheck checks;

    STRATA_HOST_DEVICE LossValue value() const {
        return reduces_to_mean ? report->value : LossValue::of_sum(report->value);
    }
    /// Whether the batch counts. The loss is to blame before its gradients are.
    STRATA_HOST_DEVICE bool check() const;

    STRATA_HOST_DEVICE void operator()() const {
        if (!check()) return;
        const LossValue loss = value();
        totals->sum += loss.sum_for(samples);
        totals->divisor += loss.divisor_for(samples);
        if (!loss.nothing_counts())
            totals->batch_sum += loss;  // it would be NaN, and all of the epoch with it
        totals->samples += samples;
        if (counts_correct) {
            totals->correct += report->correct;
            totals->counted += report->counted;
        }
        ++totals->batches;
        ++totals->steps;
    }
};
struct ClearTotals {
    Totals* totals;

    STRATA_HOST_DEVICE void operator()() const {
        const Size steps = totals->steps;
        *totals = Totals{};
        totals->steps = steps;
    }
};

[[noreturn, gnu::cold]] void refuse_loss(double value, Size step);

/// Throws what stopped a step, if anything did.
void check_step(const LossReport& report, Size steps);

/// Several pieces of work for one thread.
template <class... Work>
struct InOrder;
template <>
struct InOrder<> {
    STRATA_HOST_DEVICE void operator()() const {}
};
template <class First, class... Rest>
struct InOrder<First, Rest...> {
    First first;
    InOrder<Rest...> rest;

    STRATA_HOST_DEVICE void operator()() const {
        first();
        rest();
    }
};

BatchResult batch_result(const LossReport& report, Size samples, bool counts_correct);

/// The report and the totals of a trainer or an evaluator, and how they come to the host.
template <class Device>
class StepTotals {
public:
    StepTotals(const Device& device, bool reduces_to_mean) : reduces_to_mean_(reduces_to_mean) {
        device.begin_step();  // before memory is taken: refuses a device that is not current
        totals_.resize(1);
    }

    /// Throws what was refused in the step so far, on a device whose memory the host sees.
    void check_now(Device& device, LossReport* report, FiniteCheck checks) {
        device.now_or_later(
            [&] {
                (void)AddBatch{report, totals_.data(), 0, false, reduces_to_mean_, checks}.check();
                throw_refused(report);
            },
            [](auto&) {});
    }
    /// Part of a step: what the loss has just reported, and what the same thread does then. Throws on a
    /// device whose memory the host sees.
    template <class... Then>
    void add(Device& device, LossReport* report, Size samples, bool counts_correct, FiniteCheck checks,
             const Then&... then) {
        const AddBatch batch{report, totals_.data(), samples, counts_correct, reduces_to_mean_, checks};
        device.once(in_order(batch, then...));
        throw_refused(report);
    }
    /// Waits for the device. Throws what stopped a step since; the device is then ready for the next.
    Totals read(Device& device, LossReport* report) {
        check_present();
        const Totals totals = device.fetch(totals_.data());
        check_totals(device, report, totals.steps);
        return totals;
    }
    LossReport read_report(Device& device, LossReport* report) {
        const LossReport read = device.fetch(report);
        if (read.refused != 0) check_totals(device, report, device.fetch(totals_.data()).steps);
        return read;
    }
    void clear(Device& device) {
        check_present();
        device.once(ClearTotals{totals_.data()});
    }
    /// Throws ValueError when the trainer or evaluator was moved from.
    void check_present() const {
        if (totals_.size() == 0) refuse_moved_from();
    }

private:
    static InOrder<> in_order() { return {}; }
    template <class First, class... Rest>
    static InOrder<First, Rest...> in_order(const First& first, const Rest&... rest) {
        return {first, in_order(rest...)};
    }

    void throw_refused(LossReport* report) {
        Device::when_refused(report, [this](const LossReport& refused) { throw_now(refused); });
    }
    [[gnu::cold, gnu::noinline]] void throw_now(const LossReport& refused) const {
        check_step(refused, totals_.data()->steps);
    }
    [[gnu::cold]] static void check_totals(Device& device, LossReport* report, Size steps) {
        const LossReport read = device.read_report(report);
        if (read.refused != 0) check_step(read, steps);
    }

    typename Device::template Buffer<Totals> totals_{"an epoch's totals"};
    bool reduces_to_mean_;
};

/// False for a loss whose own `reduction` says that it is a sum.
template <class LossType>
bool reduces_to_mean(const LossType& loss) {
    if constexpr (requires { loss.reduction; })
        return loss.reduction != decltype(loss.reduction)::sum;
    else
        return true;
}

}  // namespace detail
}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION STRATA_HOST_DEVICE bool AddBatch::check() const {
    if (report->refused != 0 && report->refused != LossReport::gradient_not_finite) return false;
    const LossValue loss = value();
    if (checks != FiniteCheck::none && loss.nothing_counts()) {
        report->refused = LossReport::nothing_counts;
    } else if (checks != FiniteCheck::none && !is_finite(loss)) {
        if (checks == FiniteCheck::leave_out) return false;
        report->refused = LossReport::not_finite;
        report->refused_value = loss;
    }
    return report->refused == 0;
}

STRATA_FUNCTION void refuse_loss(double value, Size step) {
    throw NumericError(
        message("strata: the loss is ", is_nan(value) ? "nan" : "infinite", " in step ", step,
                "; parameters are as they were before it. A smaller learning rate often helps; inputs "
                "and targets must "
                "be finite"));
}

STRATA_FUNCTION void check_step(const LossReport& report, Size steps) {
    if (report.refused == LossReport::not_finite) refuse_loss(report.refused_value, steps + 1);
    if (report.refused == LossReport::nothing_counts)
        throw ValueError(message(
            "strata: no target of the batch counts in step ", steps + 1,
            ", because each is the loss's ignore_index or of a class of weight 0, and the mean of nothing "
            "is nan; parameters are as they were before it. Leave such batches out, or take "
            "Reduction::sum"));
    if (report.refused == LossReport::gradient_not_finite)
        throw NumericError(message("strata: a gradient is not finite in step ", steps + 1,
                                   ", though the loss is; parameters are as they were before it. A smaller "
                                   "learning rate often helps"));
    check_report(report);
}

STRATA_FUNCTION BatchResult batch_result(const LossReport& report, Size samples, bool counts_correct) {
    BatchResult result{report.value, samples, 0, counts_correct, 0};
    if (counts_correct) {
        result.correct = report.correct;
        result.counted = report.counted;
    }
    return result;
}

}  // namespace strata::detail
#endif
