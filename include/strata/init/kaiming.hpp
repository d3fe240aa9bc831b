#pragma once
// Weights whose variance survives a rectifier.
//
//   std = gain / sqrt(fan)      uniform in [-sqrt(3) std, sqrt(3) std), or normal(0, std)
//
// Source: K. He et al., "Delving deep into rectifiers", ICCV 2015;
// https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.kaiming_uniform_

#include <cmath>
#include <cstddef>
#include <strata/init/fan.hpp>
#include <strata/init/gain.hpp>
#include <strata/init/tensor.hpp>
#include <strata/random/distributions.hpp>

namespace strata::init {

struct KaimingOptions {
    double a = 0.0;  // the negative slope, for leaky_relu only
    FanMode mode = FanMode::fan_in;
    Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};

/// The standard deviation of Kaiming's weights. Throws ValueError where the fan is 0.
inline double kaiming_std(std::size_t fan, double gain, const char* function = "kaiming_std") {
    if (fan == 0) refuse_option(function, "fan", 0, "at least 1");
    return gain / std::sqrt(static_cast<double>(fan));
}

/// Uniform weights over raw memory; nothing happens where count is 0.
template <class T>
void kaiming_uniform_(T* data, std::size_t count, std::size_t fan, double gain, Generator& generator) {
    if (count == 0) return;
    const double bound = std::sqrt(3.0) * kaiming_std(fan, gain, "kaiming_uniform_");
    uniform_(data, count, -bound, bound, generator);
}

/// Normal weights over raw memory; nothing happens where count is 0.
template <class T>
void kaiming_normal_(T* data, std::size_t count, std::size_t fan, double gain, Generator& generator) {
    if (count == 0) return;
    normal_(data, count, 0.0, kaiming_std(fan, gain, "kaiming_normal_"), generator);
}

/// Uniform weights: fan in, leaky_relu of slope 0 unless told. Throws ValueError for a vector.
template <Fillable Tensor>
void kaiming_uniform_(Tensor&& tensor, KaimingOptions options = {},
                      Generator& generator = default_generator()) {
    const std::size_t fan = calculate_fan(tensor.shape(), "kaiming_uniform_")[options.mode];
    kaiming_uniform_(elements("kaiming_uniform_", tensor), element_count(tensor.shape()), fan,
                     calculate_gain(options.nonlinearity, options.a), generator);
}

/// Normal weights: fan in, leaky_relu of slope 0 unless told. Throws ValueError for a vector.
template <Fillable Tensor>
void kaiming_normal_(Tensor&& tensor, KaimingOptions options = {},
                     Generator& generator = default_generator()) {
    const std::size_t fan = calculate_fan(tensor.shape(), "kaiming_normal_")[options.mode];
    kaiming_normal_(elements("kaiming_normal_", tensor), element_count(tensor.shape()), fan,
                    calculate_gain(options.nonlinearity, options.a), generator);
}

}  // namespace strata::init
