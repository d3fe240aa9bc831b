#pragma once
// The device that tests of everything above the kernels run on: Cpu, or Cuda with -DSTRATA_TEST_CUDA (a GPU
// under nvcc, and the host in its place under other compilers). What lies on the device is written and read
// by copies only, as a GPU's memory has to be. A program built by nvcc ends with 77, "skipped", where there
// is no GPU.

#include "catch.hpp"

#include <algorithm>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/host_tensor.hpp>
#include <strata/fwd.hpp>
#include <strata/xtensor.hpp>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(STRATA_TEST_CUDA)
#include <cstdio>
#include <cstdlib>
#include <strata/cuda.hpp>
#endif

namespace test {

#if defined(STRATA_TEST_CUDA)
using Device = strata::Cuda;
#else
using Device = strata::Cpu;
#endif

template <class Net, class T = float>
using Model = strata::Model<Net, Device, T>;

/// Numbers on the host, with room for as many on the device. Each side changes when it is told to.
template <class T>
class Memory : public std::vector<T> {
public:
    Memory() = default;
    explicit Memory(strata::Size size, T value = T()) : Memory(std::vector<T>(size, value)) {}
    explicit Memory(std::vector<T> values) : std::vector<T>(std::move(values)) { upload(); }
    template <class Iterator>
    Memory(Iterator first, Iterator last) : Memory(std::vector<T>(first, last)) {}

    void upload() {
        buffer_.resize(this->size());
        buffer_.copy_from(this->data());
    }
    void download() { buffer_.copy_to(this->data()); }
    /// Where the numbers lie on the device.
    T* device() { return buffer_.data(); }

private:
    Device::Buffer<T> buffer_;
};

/// `size` numbers that lie on the device.
template <class T>
std::vector<std::remove_const_t<T>> read(T* from, strata::Size size) {
    Memory<std::remove_const_t<T>> memory(size);
    Device device;
    device.copy(static_cast<const T*>(from), memory.device(), size);
    memory.download();
    return memory;
}
template <class T>
void write(T* to, const std::vector<T>& values) {
    Memory<T> memory(values);
    Device device;
    device.copy(static_cast<const T*>(memory.device()), to, values.size());
    (void)read(to, values.size());  // waits until it is done
}

/// All parameters of a model, in its flat order, and their gradients.
template <class M>
auto parameters(const M& model) {
    std::vector<typename M::value_type> host(model.flat_parameters().size());
    model.copy_parameters_to(host.data());
    return host;
}
template <class M>
auto gradients(M& model) {
    const auto flat = model.flat_gradients();
    return read(flat.data(), flat.size());
}

/// New elements for a parameter, in row-major order.
template <class Tensor>
void assign(Tensor&& parameter, const std::vector<typename std::remove_cvref_t<Tensor>::value_type>& values) {
    REQUIRE(parameter.size() == values.size());
    if constexpr (requires { parameter.copy_from(values.data()); })
        parameter.copy_from(values.data());
    else
        std::copy(values.begin(), values.end(), parameter.begin());
}
template <class Tensor>
void fill(Tensor&& parameter, typename std::remove_cvref_t<Tensor>::value_type value) {
    assign(parameter, std::vector(parameter.size(), value));
}

#if defined(STRATA_TEST_CUDA)

/// What a model of this device takes as a batch or a target.
template <class X>
auto to(const X& x) {
    return strata::to<Device>(x);
}

/// A prediction, a parameter or a gradient as an xtensor of its own.
template <class T, class Shape>
auto host(const strata::cuda::BatchTensor<T, Shape>& x) {
    return xt::xtensor<std::remove_const_t<T>, Shape::dims.rank + 1>(x.cpu());
}
template <class T, class Shape>
auto host(const strata::cuda::TensorReference<T, Shape>& x) {
    return xt::xtensor<std::remove_const_t<T>, Shape::dims.rank>(x.cpu());
}

/// How many blocks of device memory have been taken so far.
inline unsigned long long device_allocations() { return strata::cuda::statistics().allocations; }

struct RequireDevice {
    RequireDevice() {
        if (strata::cuda::is_available()) return;
        std::printf("skipped: %s\n", strata::cuda::unavailable_because().c_str());
        std::fflush(stdout);
        std::_Exit(77);
    }
};
inline const RequireDevice require_device;

#else  // the same on the CPU, where the host's tensors are the device's

template <class X>
X&& to(X&& x) {
    return static_cast<X&&>(x);
}

template <class X>
auto host(const X& x) {
    return xt::xtensor<std::remove_const_t<typename X::value_type>,
                       std::tuple_size_v<typename X::shape_type>>(x);
}

inline unsigned long long device_allocations() { return 0; }

#endif

}  // namespace test
