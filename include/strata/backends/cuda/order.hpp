#pragma once
// The order of the host's work and the device's: operations are done later, in the order in which they were
// given, and the host does not see the memory.

#include <strata/backends/cuda/random.hpp>
#include <strata/core/operations/loss_report.hpp>

namespace strata::cuda {

class OrderOperations : public virtual Queue {
public:
    /// Whether batches are still read after the call that was given them.
    static constexpr bool reads_later = true;

    /// A value in the device's memory, when all the work given so far is done.
    template <class V>
    V fetch(const V* from) const {
        V value;
        context().fetch(from, &value, sizeof(V));
        return value;
    }
    /// Whether a flag is set, as far as the host knows without waiting.
    static bool is_known_to_be_set(const bool*) { return false; }

    /// Calls `refuse(report)`, which throws, if something has been refused, as far as the host knows.
    template <class Refuse>
    static void when_refused(LossReport*, const Refuse&) {}
    /// A report; what it refused is then settled, and the next step counts again.
    LossReport read_report(LossReport* report) const {
        const LossReport read = fetch(report);
        if (read.refused != 0) once(strata::detail::Store<Size>{&report->refused, 0});
        return read;
    }
    /// Where the value of the loss that has just been taken comes from.
    LossSource loss_source(const LossReport*) const {
        return {0,
                [](const void* device, LossReport* report) {
                    return static_cast<const OrderOperations*>(device)->read_report(report);
                },
                this};
    }
};

}  // namespace strata::cuda
