#pragma once
// The result of a step that a device is still at, and what tells it that its trainer is gone.

#include <strata/core/shared.hpp>
#include <strata/training/step_totals.hpp>

namespace strata::detail {

/// A member that tells who points to its owner whether that is still there: not destroyed, moved from or
/// assigned to.
class Presence {
public:
    struct Flag : Counted {
        bool is_there = true;
    };

    Presence() = default;
    Presence(const Presence&) {}
    Presence(Presence&& other) noexcept { other.end(); }
    Presence& operator=(const Presence&) {
        end();
        return *this;
    }
    Presence& operator=(Presence&& other) noexcept {
        end();
        other.end();
        return *this;
    }
    ~Presence() { end(); }

    const Shared<Flag>& flag() {
        if (!flag_) flag_ = Shared<Flag>(new Flag);
        return flag_;
    }

private:
    void end() {
        if (flag_) flag_->is_there = false;
        flag_ = {};
    }

    Shared<Flag> flag_;
};

/// What a step gave, on a device that is still at it. It turns into a BatchResult when it is asked for, which
/// waits for the device; later than the next step, or behind the end of its trainer, it is gone.
template <class Source>
class PendingResult {
public:
    PendingResult(Source& source, const Shared<Presence::Flag>& presence, Size step, Size samples,
                  bool counts_correct)
        : source_(&source), presence_(presence), step_(step), samples_(samples),
          counts_correct_(counts_correct) {}

    /// Throws what `Trainer::step` throws, and ValueError when another step has begun or the trainer is gone.
    BatchResult get() const {
        if (!presence_->is_there)
            throw ValueError("strata: what gave this result (a trainer or an evaluator) is gone, moved or "
                             "replaced; ask for the result before that");
        return batch_result(source_->read_report(step_), samples_, counts_correct_);
    }
    operator BatchResult() const { return get(); }

private:
    Source* source_;
    Shared<Presence::Flag> presence_;
    Size step_;
    Size samples_;
    bool counts_correct_;
};

}  // namespace strata::detail
