#pragma once
// The order of the host's work and the device's: each operation is done when it returns, and the host sees the
// memory.

#include <strata/core/operations/loss_report.hpp>

namespace strata::cpu {

struct OrderOperations {
    /// Whether batches are still read after the call that was given them.
    static constexpr bool reads_later = false;

    /// `now()`; a device that works later calls `later(device)`.
    template <class Now, class Later>
    static decltype(auto) now_or_later(const Now& now, const Later&) {
        return now();
    }
    /// A value in the device's memory, when all the work given so far is done.
    template <class V>
    static V fetch(const V* from) {
        return *from;
    }
    /// Whether a flag is set, as far as the host knows without waiting.
    static bool is_known_to_be_set(const bool* flag) { return *flag; }

    /// Calls `refuse(report)`, which throws, if something has been refused, as far as the host knows.
    template <class Refuse>
    static void when_refused(LossReport* report, const Refuse& refuse) {
        if (report->refused != 0) refuse(read_report(report));
    }
    /// A report; what it refused is then settled, and the next step counts again.
    [[gnu::cold]] static LossReport read_report(LossReport* report) {
        const LossReport read = *report;
        report->refused = 0;
        return read;
    }
    /// Where the value of the loss that has just been taken comes from.
    static LossSource loss_source(const LossReport* report) { return {report->value, nullptr, nullptr}; }

    /// What the host tells the device before each step.
    static void begin_step() {}
};

}  // namespace strata::cpu
