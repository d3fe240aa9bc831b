#pragma once
// The initial values of a convolution against those that PyTorch draws after the same seed.

#include "layers/layer_check.hpp"

namespace layer_check {

/// `golden`: the first six and the last six of the layer's parameters after manual_seed(7), and the next
/// random number.
template <class In, class Layer, Size N>
void check_initial_values(const Layer& layer, const float (&golden)[N]) {
    STATIC_REQUIRE(N == 13);
    using R = Run<Layer, In, float>;
    R run(layer, 1);
    manual_seed(7);
    [&]<Size... P>(std::index_sequence<P...>) {
        Layer::initialize(default_generator(), TensorView<float, Cpu, shape_t<R::parameter_dims(P)>>{
                                                   run.parameters.data() + R::offset(P)}...);
    }
    (std::make_index_sequence<R::specs.count>{});
    std::vector<float> got(13);
    std::copy_n(run.parameters.begin(), 6, got.begin());
    std::copy_n(run.parameters.end() - 6, 6, got.begin() + 6);
    uniform_(got.data() + 12, 1, 0, 1, default_generator());
    CHECK(close("initial values", got, std::vector<float>(golden, golden + N), 1e-6, 0));
}

}  // namespace layer_check
