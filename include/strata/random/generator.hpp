#pragma once
// The source of randomness: a 32-bit Mersenne Twister that yields PyTorch's CPU numbers, digit for digit.
//
//   y(k + 624) = y(k + 397) xor twist(upper bit of y(k), lower bits of y(k + 1)), then tempered
//
// Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998 (MT19937), with the
// seeding of 2002; https://pytorch.org/docs/1.13/generated/torch.Generator.html. The engine is written
// here because <random> would cost every user a quarter of a second per file.

#include <cstdint>
#include <strata/core/config.hpp>

namespace strata {

/// A copyable stream of random bits. Two generators with one seed give one stream; a copy continues where
/// the original stands. Not synchronised: give each thread its own.
class Generator {
public:
    /// The seed of a generator that nobody has seeded, PyTorch's.
    static constexpr std::uint64_t default_seed = 67280421310721;

    explicit Generator(std::uint64_t seed = default_seed) { manual_seed(seed); }

    /// Starts the stream anew. As in PyTorch only the low 32 bits of `seed` reach the engine.
    void manual_seed(std::uint64_t seed);

    /// What the stream was last seeded with, all 64 bits of it.
    std::uint64_t seed() const { return seed_; }

    /// How often the stream has been started anew: devices that have streams of their own follow it.
    std::uint64_t seedings() const { return seedings_; }

    /// The next 32 random bits.
    std::uint32_t random() {
        if (next_ == size) refill();
        std::uint32_t y = words_[next_++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    /// The next 64 random bits; the first draw is the high word.
    std::uint64_t random64() {
        const std::uint64_t high = random();
        return high << 32 | random();
    }

    /// Box-Muller makes normal samples in pairs. The second one waits here until the next call, and
    /// `manual_seed` drops it. Returns whether one was waiting, and moves it to `sample`.
    bool take_cached_normal(double& sample) {
        if (!has_cached_normal_) return false;
        sample = cached_normal_;
        has_cached_normal_ = false;
        return true;
    }

    /// Keeps the second sample of a pair.
    void cache_normal(double sample) {
        cached_normal_ = sample;
        has_cached_normal_ = true;
    }

private:
    static constexpr std::uint32_t size = 624, shift = 397;

    static std::uint32_t twist(std::uint32_t upper, std::uint32_t lower) {
        const std::uint32_t joined = (upper & 0x80000000u) | (lower & 0x7fffffffu);
        return (joined >> 1) ^ ((lower & 1u) ? 0x9908b0dfu : 0u);
    }

    void refill();

    std::uint32_t words_[size];
    std::uint32_t next_ = size;
    bool has_cached_normal_ = false;
    double cached_normal_ = 0.0;
    std::uint64_t seed_ = default_seed;
    std::uint64_t seedings_ = 0;
};

/// The generator that is used wherever none is given. One per program, shared libraries that it is linked to
/// included, whatever visibility they are compiled with. A library that is loaded with dlopen shares it if the
/// program exports its symbols (-rdynamic; ENABLE_EXPORTS in CMake); else it has one of its own.
[[gnu::visibility("default")]] inline Generator& default_generator() {
    static Generator generator;
    return generator;
}

/// Seeds the default generator: the same seed gives the same weights, shuffles and dropout masks, and
/// those of `torch.manual_seed(seed)` on the CPU.
inline void manual_seed(std::uint64_t seed) { default_generator().manual_seed(seed); }

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void Generator::manual_seed(std::uint64_t seed) {
    seed_ = seed;
    ++seedings_;
    has_cached_normal_ = false;
    words_[0] = static_cast<std::uint32_t>(seed);
    for (std::uint32_t i = 1; i < size; ++i)
        words_[i] = 1812433253u * (words_[i - 1] ^ (words_[i - 1] >> 30)) + i;
    next_ = size;
}

STRATA_FUNCTION void Generator::refill() {
    std::uint32_t i = 0;
    for (; i < size - shift; ++i) words_[i] = words_[i + shift] ^ twist(words_[i], words_[i + 1]);
    for (; i < size - 1; ++i) words_[i] = words_[i + shift - size] ^ twist(words_[i], words_[i + 1]);
    words_[i] = words_[shift - 1] ^ twist(words_[i], words_[0]);
    next_ = 0;
}

}  // namespace strata
#endif
