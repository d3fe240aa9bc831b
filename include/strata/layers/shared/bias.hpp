#pragma once
// `no_bias`, which leaves out the bias of a layer: `Linear<4, 8, no_bias>`, `Conv2d<1, 32, 3, no_bias>`.

namespace strata {

enum class Bias { none };
inline constexpr Bias no_bias = Bias::none;

}  // namespace strata
