#pragma once
// Random tensors on the device, from a stream that is numbered: the i-th four words are
// philox(key = seed, counter = (offset + i, number of the context)). The offset lies in device memory, and
// each use moves it on, so that a recorded step draws new numbers whenever it is done again, and how work is
// divided among the device's threads does not matter. The first context that draws after a seeding has number
// 0, the next one 1, and so on: threads of the host that train side by side draw different numbers.
//
// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011
// (Philox4x32-10). The numbers are not PyTorch's.

#include <cstdint>
#include <mutex>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/random/generator.hpp>

namespace strata::cuda {

/// Four random words.
struct RandomWords {
    std::uint32_t word[4];
};

/// Philox4x32-10; words and keys as (low, high).
STRATA_HOST_DEVICE inline RandomWords philox(std::uint64_t key, std::uint64_t counter_low,
                                             std::uint64_t counter_high = 0) {
    using Word = std::uint32_t;
    Word a = static_cast<Word>(counter_low), b = static_cast<Word>(counter_low >> 32);
    Word c = static_cast<Word>(counter_high), d = static_cast<Word>(counter_high >> 32);
    Word key_low = static_cast<Word>(key), key_high = static_cast<Word>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first = std::uint64_t(0xD2511F53u) * a, second = std::uint64_t(0xCD9E8D57u) * c;
        a = static_cast<Word>(second >> 32) ^ b ^ key_low;
        b = static_cast<Word>(second);
        c = static_cast<Word>(first >> 32) ^ d ^ key_high;
        d = static_cast<Word>(first);
        key_low += 0x9E3779B9u;
        key_high += 0xBB67AE85u;
    }
    return {{a, b, c, d}};
}

namespace detail {

/// Where a context's stream of random numbers stands.
struct RandomState {
    Buffer<std::uint64_t> numbers{
        "the state of the random numbers"};  ///< seed, offset, number of the context
    std::uint64_t seed = 0, seedings = 0;    ///< of the default generator, when the stream last followed it

    RandomState() { numbers.resize(3); }
};

/// How many contexts have followed this seeding of the default generator before.
inline std::uint64_t count_follower(std::uint64_t seed, std::uint64_t seedings) {
    struct Followed {
        std::mutex mutex;
        std::uint64_t seed = 0, seedings = 0, count = 0;
    };
    static Followed followed;
    const std::lock_guard lock(followed.mutex);
    if (followed.seed != seed || followed.seedings != seedings) {
        followed.seed = seed;
        followed.seedings = seedings;
        followed.count = 0;
    }
    return followed.count++;
}

struct Seed {
    std::uint64_t* state;
    std::uint64_t seed, context;
    STRATA_DEVICE void operator()() const {
        state[0] = seed;
        state[1] = 0;
        state[2] = context;
    }
};
struct AdvanceStream {
    std::uint64_t* state;
    std::uint64_t by;
    STRATA_DEVICE void operator()() const { state[1] += by; }
};

/// The four elements of a mask that share a counter.
template <class T>
struct DropoutMask {
    T* mask;
    Size n;
    std::uint64_t threshold;  ///< a word below it keeps its element
    T scale;
    const std::uint64_t* state;

    STRATA_DEVICE void operator()(Size i) const {
        const RandomWords random = philox(state[0], state[1] + i, state[2]);
        for (Size k = 0; k < 4; ++k)
            if (4 * i + k < n) mask[4 * i + k] = random.word[k] < threshold ? scale : T(0);
    }
};

/// Starts a stream anew with the default generator's seed if that has been seeded since.
inline void follow_generator(const Queue& queue, RandomState& state) {
    const Generator& generator = default_generator();
    if (state.seedings == generator.seedings() && state.seed == generator.seed()) return;
    state.seedings = generator.seedings();
    state.seed = generator.seed();
    queue.once(Seed{state.numbers.data(), state.seed, count_follower(state.seed, state.seedings)});
}

inline RandomState& random_state(const Queue& queue) {
    Context& here = queue.context();
    if (here.random) return here.attached<RandomState>(&Context::random);
    refuse_while_recording();
    RandomState& fresh = here.attached<RandomState>(&Context::random);
    follow_generator(queue, fresh);
    return fresh;
}

/// mask[i] = 1 / (1 - p) with probability 1 - p, else 0
template <class T>
void dropout_mask(const Queue& queue, T* mask, Size n, double p) {
    std::uint64_t* const state = random_state(queue).numbers.data();
    const std::uint64_t threshold = static_cast<std::uint64_t>((1 - p) * 4294967296.0 + 0.5);
    const T scale = p < 1 ? T(1) / static_cast<T>(1 - p) : T(0);
    const Size counters = (n + 3) / 4;
    if (n == 0) return;
    queue.for_each_index(counters, DropoutMask<T>{mask, n, threshold, scale, state});
    queue.once(AdvanceStream{state, counters});
}

}  // namespace detail

class RandomOperations : public virtual Queue {
public:
    /// mask[i] = 1 / (1 - p) with probability 1 - p, else 0: what dropout multiplies with.
    template <class T>
    void dropout_mask(T* mask, Size n, double p) const {
        detail::dropout_mask(*this, mask, n, p);
    }

    /// Starts the context's stream anew with the default generator's seed if that has been seeded since. The
    /// host calls it before each step, and never while it records one. A context that has not drawn yet has
    /// no stream; the first draw takes the seed.
    void follow_generator() const {
        Context& here = context();
        if (here.random)
            detail::follow_generator(*this, here.attached<detail::RandomState>(&Context::random));
    }
};

}  // namespace strata::cuda
