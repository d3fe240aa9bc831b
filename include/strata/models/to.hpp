#pragma once
// Batches and targets from one device to the other, as torch.Tensor.to does: `st::to<st::Cuda>(x)`.

#include <strata/core/config.hpp>

namespace strata {

/// x where `Device` computes: x itself if it is there already, else a copy. Host tensors are xtensor
/// containers, views and expressions, a loader's batches and HostTensor.
template <class Device, class X>
decltype(auto) to(const X& x) {
    return Device::here(x);
}

}  // namespace strata
