#pragma once
// Work that is done again and again. A GPU records it; a processor just does it.

#include <strata/core/operations/replay_key.hpp>

namespace strata::cpu {

struct Replay {
    /// `key` names all that `work` depends on.
    template <class Device, class Work>
    static void run(Device&, const ReplayKey&, const Work& work) {
        work();
    }
};

}  // namespace strata::cpu
