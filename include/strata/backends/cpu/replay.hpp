#pragma once
// Work that is done again and again. A GPU records it; a processor just does it.

namespace strata::cpu {

struct Replay {
    static constexpr bool enabled = false;

    /// `key` names all that `work` depends on.
    template <class Device, class Key, class Work>
    static void run(Device&, const Key&, const Work& work) {
        work();
    }
};

}  // namespace strata::cpu
