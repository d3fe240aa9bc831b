#pragma once
// Weights whose variance suits both directions of a layer without a rectifier.
//
//   std = gain * sqrt(2 / (fan in + fan out))      uniform in [-sqrt(3) std, sqrt(3) std), or normal(0, std)
//
// Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
// AISTATS 2010; https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.xavier_uniform_

#include <cmath>
#include <cstddef>
#include <strata/init/fan.hpp>
#include <strata/init/tensor.hpp>
#include <strata/random/distributions.hpp>

namespace strata::init {

/// The standard deviation of Xavier's weights. Throws ValueError where gain < 0 or both fans are 0.
inline double xavier_std(Fan fan, double gain, const char* function = "xavier_std") {
    if (!(gain >= 0.0)) refuse_option(function, "gain", gain, "at least 0");
    if (fan.in + fan.out == 0) refuse_option(function, "fan in + fan out", 0, "at least 1");
    return gain * std::sqrt(2.0 / static_cast<double>(fan.in + fan.out));
}

/// Uniform weights over raw memory.
template <class T>
void xavier_uniform_(T* data, std::size_t count, Fan fan, double gain, Generator& generator) {
    const double bound = std::sqrt(3.0) * xavier_std(fan, gain, "xavier_uniform_");
    uniform_(data, count, -bound, bound, generator);
}

/// Normal weights over raw memory.
template <class T>
void xavier_normal_(T* data, std::size_t count, Fan fan, double gain, Generator& generator) {
    normal_(data, count, 0.0, xavier_std(fan, gain, "xavier_normal_"), generator);
}

/// Uniform weights; gain 1 unless told (see calculate_gain). Throws ValueError for a vector and for gain < 0.
template <Fillable Tensor>
void xavier_uniform_(Tensor&& tensor, double gain = 1.0, Generator& generator = default_generator()) {
    const Fan fan = calculate_fan(tensor.shape(), "xavier_uniform_");
    xavier_uniform_(elements("xavier_uniform_", tensor), element_count(tensor.shape()), fan, gain, generator);
}

/// Normal weights; gain 1 unless told (see calculate_gain). Throws ValueError for a vector and for gain < 0.
template <Fillable Tensor>
void xavier_normal_(Tensor&& tensor, double gain = 1.0, Generator& generator = default_generator()) {
    const Fan fan = calculate_fan(tensor.shape(), "xavier_normal_");
    xavier_normal_(elements("xavier_normal_", tensor), element_count(tensor.shape()), fan, gain, generator);
}

}  // namespace strata::init
