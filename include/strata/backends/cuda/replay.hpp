#pragma once
// Steps that are recorded once and repeated with one call. The first time that a key is seen its work is done
// one operation at a time, which loads the kernels and makes all memory; the second time it is recorded, and
// from then on it is repeated. In another thread everything is seen for the first time again.

#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/core/operations/replay_key.hpp>

namespace strata::cuda {

/// Remembers the work of a few keys. A copy begins with none.
class Replay {
public:
    Replay() = default;
    Replay(const Replay&) {}
    Replay(Replay&&) noexcept = default;
    Replay& operator=(const Replay&) {
        entries_.clear();
        return *this;
    }
    Replay& operator=(Replay&&) noexcept = default;

    /// Gives `work` to the device. `key` names all that it depends on besides what lies in device memory.
    template <class Device, class Work>
    void run(Device& device, const ReplayKey& key, const Work& work) {
        // Recorded work keeps the addresses of its context's scratch memory.
        if (const std::shared_ptr<Context>& context = device.shared_context(); context != context_) {
            entries_.clear();
            context_ = context;
        }
        Entry& entry = find(key);
        if (!entry.seen) {
            work();
            entry.seen = true;
            return;
        }
        if (!entry.graph) entry.graph.record(device.context(), work);
        entry.graph.launch(device.context());
    }

private:
    struct Entry {
        ReplayKey key;
        RecordedStep graph{};
        bool seen = false;
        Size used = 0;
    };

    /// The entry of this key; a new one takes the place of the one that has waited longest.
    Entry& find(const ReplayKey& key) {
        Entry* oldest = nullptr;
        for (Entry& entry : entries_) {
            if (entry.key == key) {
                entry.used = ++clock_;
                return entry;
            }
            if (oldest == nullptr || entry.used < oldest->used) oldest = &entry;
        }
        constexpr Size most = 16;  // two lengths of batch in each of a ring's slots, and some to spare
        if (entries_.size() < most) {
            entries_.reserve(most);
            oldest = &entries_.emplace_back();
        }
        *oldest = Entry{key, {}, false, ++clock_};
        return *oldest;
    }

    std::shared_ptr<Context> context_;  // before the entries: it outlives them
    std::vector<Entry> entries_;
    Size clock_ = 0;
};

}  // namespace strata::cuda
