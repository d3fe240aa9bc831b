#pragma once
// Steps that are recorded once and repeated with one call. The first time that a key is seen its work is done
// one operation at a time, which loads the kernels and makes all memory; the second time it is recorded, and
// from then on it is repeated.

#include <strata/backends/cuda/queue.hpp>

namespace strata::cuda {

/// Remembers the work of a few keys. A copy begins with none.
template <class Key>
class Recordings {
public:
    /// Gives `work` to the device. `key` names all that it depends on besides what lies in device memory.
    template <class Work>
    void run(Context& context, const Key& key, const Work& work) {
        Entry& entry = find(key);
        if (!entry.seen) {
            work();
            entry.seen = true;
            return;
        }
        if (!entry.graph) entry.graph.record(context, work);
        entry.graph.launch(context);
    }

private:
    struct Entry {
        Key key;
        Graph graph{};
        bool seen = false;
        Size used = 0;
    };

    Entry& find(const Key& key) {
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

    std::vector<Entry> entries_;
    Size clock_ = 0;
};

/// The same for keys of any one type, which the first call settles.
class Replay {
public:
    static constexpr bool enabled = true;

    Replay() = default;
    Replay(const Replay&) {}
    Replay(Replay&&) noexcept = default;
    Replay& operator=(const Replay&) {
        recordings_.reset();
        return *this;
    }
    Replay& operator=(Replay&&) noexcept = default;

    template <class Device, class Key, class Work>
    void run(Device& device, const Key& key, const Work& work) {
        if (!recordings_) recordings_ = std::make_shared<Recordings<Key>>();
        static_cast<Recordings<Key>*>(recordings_.get())->run(device.context(), key, work);
    }

private:
    std::shared_ptr<void> recordings_;
};

}  // namespace strata::cuda
