#pragma once
// Random tensors by PyTorch's names: randn(3, 4) is an xt::xtensor<float, 2> of shape [3, 4].
// Each function takes a generator before the sizes; without one the default generator is drawn from. Sizes
// below 0 and limits out of order throw ValueError.
// Source: https://pytorch.org/docs/1.13/torch.html

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <strata/random/distributions.hpp>
#include <strata/xtensor.hpp>

namespace strata {

namespace random_detail {

/// An uninitialised tensor of the given sizes.
template <class T, std::integral... Sizes>
xt::xtensor<T, sizeof...(Sizes)> empty(const char* function, Sizes... sizes) {
    const auto checked = [&](auto size) {
        if constexpr (std::signed_integral<decltype(size)>)
            if (size < 0) refuse_option(function, "a size", size, "at least 0");
        return static_cast<std::size_t>(size);
    };
    return xt::xtensor<T, sizeof...(Sizes)>::from_shape(
        std::array<std::size_t, sizeof...(Sizes)>{checked(sizes)...});
}

}  // namespace random_detail

/// Normal numbers of mean 0 and standard deviation 1; float unless told.
template <std::floating_point T = float, std::integral... Sizes>
requires(sizeof...(Sizes) > 0) auto randn(Generator& generator, Sizes... sizes) {
    auto tensor = random_detail::empty<T>("randn", sizes...);
    normal_(tensor.data(), tensor.size(), 0.0, 1.0, generator);
    return tensor;
}

template <std::floating_point T = float, std::integral... Sizes>
requires(sizeof...(Sizes) > 0) auto randn(Sizes... sizes) { return randn<T>(default_generator(), sizes...); }

/// Uniform numbers in [0, 1); float unless told.
template <std::floating_point T = float, std::integral... Sizes>
requires(sizeof...(Sizes) > 0) auto rand(Generator& generator, Sizes... sizes) {
    auto tensor = random_detail::empty<T>("rand", sizes...);
    uniform_(tensor.data(), tensor.size(), 0.0, 1.0, generator);
    return tensor;
}

template <std::floating_point T = float, std::integral... Sizes>
requires(sizeof...(Sizes) > 0) auto rand(Sizes... sizes) { return rand<T>(default_generator(), sizes...); }

/// Integers in [low, high); 64 bits wide unless told. The sizes follow the limits: randint(0, 10, 32).
template <std::integral T = std::int64_t, std::integral... Sizes>
requires(sizeof...(Sizes) > 0) auto randint(Generator& generator, std::int64_t low, std::int64_t high,
                                            Sizes... sizes) {
    auto tensor = random_detail::empty<T>("randint", sizes...);
    randint_(tensor.data(), tensor.size(), low, high, generator);
    return tensor;
}

template <std::integral T = std::int64_t, std::integral... Sizes>
requires(sizeof...(Sizes) > 0) auto randint(std::int64_t low, std::int64_t high, Sizes... sizes) {
    return randint<T>(default_generator(), low, high, sizes...);
}

/// The numbers 0 .. n - 1 in random order.
inline xt::xtensor<std::int64_t, 1> randperm(Generator& generator, std::int64_t n) {
    auto order = random_detail::empty<std::int64_t>("randperm", n);
    randperm_(order.data(), order.size(), generator);
    return order;
}

inline xt::xtensor<std::int64_t, 1> randperm(std::int64_t n) { return randperm(default_generator(), n); }

}  // namespace strata
