#pragma once
// Random numbers into contiguous host memory, in the order and with the roundings of PyTorch 1.13's CPU
// kernels. Integers, uniforms and normals in double are bit-equal to it; normals in float agree to 3e-7
// relative (PyTorch's own vector kernels differ from each other by as much).
//
//   uniform   u = (random bits mod 2^24) / 2^24 (float), (mod 2^53) / 2^53 (double)
//   normal    r cos t, r sin t   with r = sqrt(-2 log(1 - u)), t = 2 pi v          (Box and Muller, 1958)
//   permute   swap element i with element i + random mod (n - i)                   (Fisher and Yates)
//
// Every function fills `data[0 .. n)`, draws from `generator` and, on a parameter out of range, throws
// ValueError before it draws.
// Source: https://pytorch.org/docs/1.13/torch.html#in-place-random-sampling.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <strata/core/config.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/random/generator.hpp>
#include <type_traits>
#include <vector>

namespace strata {

namespace random_detail {

inline constexpr double pi = 3.14159265358979323846;

/// One uniform number in [0, 1): a float takes one draw of 32 bits, a double two.
template <class T>
T uniform_01(Generator& generator) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "T is float or double");
    if constexpr (std::is_same_v<T, float>) {
        return static_cast<float>(generator.random() & 0xffffffu) * 0x1p-24f;
    } else {
        return static_cast<double>(generator.random64() & 0x1fffffffffffffu) * 0x1p-53;
    }
}

/// One standard normal number in double; every second call returns what the first left in the cache.
inline double normal_01(Generator& generator) {
    double sample;
    if (generator.take_cached_normal(sample)) return sample;
    const double u = uniform_01<double>(generator), v = uniform_01<double>(generator);
    const double radius = std::sqrt(-2.0 * std::log(1.0 - v)), angle = 2.0 * pi * u;
    generator.cache_normal(radius * std::sin(angle));
    return radius * std::cos(angle);
}

/// Turns 16 uniform numbers into 16 normal ones: the first eight are radii, the last eight angles.
template <class T>
void normals_from_uniforms(T* block, T mean, T std) {
    for (std::size_t j = 0; j < 8; ++j) {
        const T radius = std::sqrt(T(-2) * std::log(T(1) - block[j]));
        const T angle = static_cast<T>(2.0 * pi) * block[j + 8];
        block[j] = std::fma(radius * std::cos(angle), std, mean);
        block[j + 8] = std::fma(radius * std::sin(angle), std, mean);
    }
}

/// The x with erf(x) = y, to the precision of double: Winitzki's closed form (2008), then two Halley steps.
inline double inverse_erf(double y) {
    const double rest = 1.0 - std::fabs(y);  // exact near 1, where erf(x) - y would cancel
    if (rest <= 0.0) return std::copysign(HUGE_VAL, y);
    const double log_term = std::log(rest * (1.0 + std::fabs(y))), a = 0.147;
    const double t = 2.0 / (pi * a) + 0.5 * log_term;
    double x = std::sqrt(-log_term / a / (std::sqrt(t * t - log_term / a) + t));
    for (int step = 0; step < 2; ++step) {
        const double error = rest < 0.5 ? rest - std::erfc(x) : std::erf(x) - std::fabs(y);
        const double newton = error * 0.5 * std::sqrt(pi) * std::exp(x * x);
        x -= newton / (1.0 + x * newton);
    }
    return std::copysign(x, y);
}

}  // namespace random_detail

/// Uniform numbers in [from, to); float or double. Refuses from > to and a width beyond T.
template <class T>
void uniform_(T* data, std::size_t n, double from, double to, Generator& generator) {
    if (!(from <= to)) refuse_option("uniform_", "from", from, "at most to = ", to);
    if (!(to - from <= static_cast<double>(std::numeric_limits<T>::max())))
        refuse_option("uniform_", "to - from", to - from, "a finite number of the tensor's type");
    const T low = static_cast<T>(from), width = static_cast<T>(to) - low;
    // PyTorch's kernel is compiled with fused multiply-add; asked for here, it is the same with any flags.
    for (std::size_t i = 0; i < n; ++i)
        data[i] = std::fma(random_detail::uniform_01<T>(generator), width, low);
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void uniform_(float*, std::size_t, double, double, Generator&);
#endif

/// Normal numbers of the given mean and standard deviation; float or double. Refuses std < 0.
///
/// As in PyTorch fewer than 16 numbers are drawn one by one in double, with a cached second sample; from 16
/// on they come in blocks of 16, and where 16 does not divide n the last 16 numbers are drawn a second time.
template <class T>
void normal_(T* data, std::size_t n, double mean, double std, Generator& generator) {
    if (!(std >= 0.0)) refuse_option("normal_", "std", std, "at least 0");
    if (n < 16) {
        for (std::size_t i = 0; i < n; ++i)
            data[i] = static_cast<T>(std::fma(random_detail::normal_01(generator), std, mean));
        return;
    }
    const T mean_of_type = static_cast<T>(mean), std_of_type = static_cast<T>(std);
    for (std::size_t i = 0; i < n; ++i) data[i] = random_detail::uniform_01<T>(generator);
    for (std::size_t i = 0; i + 16 <= n; i += 16)
        random_detail::normals_from_uniforms(data + i, mean_of_type, std_of_type);
    if (n % 16 == 0) return;
    T* last = data + (n - 16);
    for (std::size_t i = 0; i < 16; ++i) last[i] = random_detail::uniform_01<T>(generator);
    random_detail::normals_from_uniforms(last, mean_of_type, std_of_type);
}

/// Normal numbers cut off at `a` and `b` (values, not multiples of std), by the inverse of the normal
/// distribution function. Refuses std <= 0 and a > b.
/// Source: https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.trunc_normal_
template <class T>
void trunc_normal_(T* data, std::size_t n, double mean, double std, double a, double b,
                   Generator& generator) {
    if (!(std > 0.0)) refuse_option("trunc_normal_", "std", std, "above 0");
    if (!(a <= b)) refuse_option("trunc_normal_", "a", a, "at most b = ", b);
    const double root_two = std::sqrt(2.0);
    const auto twice_cdf_minus_one = [&](double x) {
        return 2.0 * ((1.0 + std::erf((x - mean) / std / root_two)) / 2.0) - 1.0;
    };
    uniform_(data, n, twice_cdf_minus_one(a), twice_cdf_minus_one(b), generator);
    const T scale = static_cast<T>(std * root_two), low = static_cast<T>(a), high = static_cast<T>(b);
    for (std::size_t i = 0; i < n; ++i) {
        const T normal = static_cast<T>(random_detail::inverse_erf(static_cast<double>(data[i])));
        const T value = normal * scale + static_cast<T>(mean);
        data[i] = value < low ? low : value > high ? high : value;
    }
}

/// Ones with probability p, else zeros; two draws of 32 bits each. Dropout's mask is bernoulli_(1 - p_drop).
/// Equals PyTorch built without Intel's MKL; one built with it draws these from another engine.
template <class T>
void bernoulli_(T* data, std::size_t n, double p, Generator& generator) {
    if (!(p >= 0.0 && p <= 1.0)) refuse_option("bernoulli_", "p", p, "in [0, 1]");
    for (std::size_t i = 0; i < n; ++i)
        data[i] = random_detail::uniform_01<double>(generator) < p ? T(1) : T(0);
}

/// Integers in [low, high). Refuses low >= high, and limits that the integer type cannot hold.
template <class T>
void randint_(T* data, std::size_t n, std::int64_t low, std::int64_t high, Generator& generator) {
    static_assert(std::is_integral_v<T>, "T is an integer type");
    if (low >= high) refuse_option("randint_", "low", low, "below high = ", high);
    if (static_cast<std::int64_t>(static_cast<T>(low)) != low)
        refuse_option("randint_", "low", low, "a value of the integer type");
    if (static_cast<std::int64_t>(static_cast<T>(high - 1)) != high - 1)
        refuse_option("randint_", "high - 1", high - 1, "a value of the integer type");
    const std::uint64_t base = static_cast<std::uint64_t>(low),
                        range = static_cast<std::uint64_t>(high) - base;
    const bool wide = range >= std::uint64_t{1} << 32;
    for (std::size_t i = 0; i < n; ++i)
        data[i] = static_cast<T>(base + (wide ? generator.random64() : generator.random()) % range);
}

/// The numbers 0 .. n - 1 in random order.
void randperm_(std::int64_t* data, std::size_t n, Generator& generator);

/// The numbers 0 .. n - 1 in random order.
std::vector<std::int64_t> randperm_(std::size_t n, Generator& generator);

/// One number in [0, 2^63): what a DataLoader draws as its base seed, and a RandomSampler as its seed.
inline std::int64_t random_int64(Generator& generator) {
    return static_cast<std::int64_t>(generator.random64() & 0x7fffffffffffffffu);
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void randperm_(std::int64_t* data, std::size_t n, Generator& generator) {
    for (std::size_t i = 0; i < n; ++i) data[i] = static_cast<std::int64_t>(i);
    for (std::size_t i = 0; i + 1 < n; ++i) {
        const std::size_t other = i + generator.random() % (n - i);
        const std::int64_t kept = data[i];
        data[i] = data[other];
        data[other] = kept;
    }
}

STRATA_FUNCTION std::vector<std::int64_t> randperm_(std::size_t n, Generator& generator) {
    std::vector<std::int64_t> order(n);
    randperm_(order.data(), n, generator);
    return order;
}

}  // namespace strata
#endif
