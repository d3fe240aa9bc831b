#pragma once
// What the device `Cuda` is built on: the GPU under nvcc, and under a host compiler the host itself, so that
// the code of the GPU is tested on machines without one. The host stands in where Thrust is told to use one
// of its host systems: -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP (or OMP, with -fopenmp).
//
// Every call of the CUDA runtime and of cuBLASLt is in this header, memory.hpp, queue.hpp, uploads.hpp and
// product_cublaslt.hpp, and is checked.

#include <atomic>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <string>

#if defined(__CUDACC__)
#define STRATA_ON_GPU 1
#define STRATA_DEVICE __device__
#include <cuda_runtime.h>
#elif defined(THRUST_DEVICE_SYSTEM)
#define STRATA_ON_GPU 0
#define STRATA_DEVICE
#else
#error "strata: <strata/cuda.hpp> is compiled by nvcc, in a .cu file. (Without a GPU a host compiler \
takes it with -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP.)"
#endif

namespace strata {

namespace cuda {

/// What the device has been asked to do since the program began. A steady training step adds launches only.
struct Statistics {
    std::atomic<unsigned long long> allocations{0};       ///< of device or pinned memory
    std::atomic<unsigned long long> synchronizations{0};  ///< times that the host waited for the device
    std::atomic<unsigned long long> launches{0};          ///< kernels, copies and whole graphs
    std::atomic<unsigned long long> captures{0};          ///< graphs recorded
};
inline Statistics& statistics() {
    static Statistics the_statistics;
    return the_statistics;
}

#if STRATA_ON_GPU

[[noreturn, gnu::cold]] inline void refuse_call(cudaError_t code, const char* call) {
    throw DeviceError(
        message("strata: ", call, " failed: ", cudaGetErrorString(code), " (", cudaGetErrorName(code), ")"));
}

/// Throws DeviceError unless a call of the CUDA runtime went well.
inline void check(cudaError_t code, const char* call) {
    if (code != cudaSuccess) refuse_call(code, call);
}

/// Why there is no GPU to work on, in one sentence; empty when there is one.
[[gnu::cold]] inline std::string unavailable_because() {
    int devices = 0, driver = 0, runtime = 0;
    const cudaError_t code = cudaGetDeviceCount(&devices);
    if (code == cudaSuccess && devices > 0) return {};
    (void)cudaGetLastError();  // so that no later call reports this one
    (void)cudaDriverGetVersion(&driver);
    (void)cudaRuntimeGetVersion(&runtime);
    const auto version = [](int number) { return message(number / 1000, ".", number % 1000 / 10); };
    if (driver == 0) return "strata: no NVIDIA driver is installed here, so there is no GPU to compute on";
    if (code == cudaErrorInsufficientDriver)
        return message("strata: the NVIDIA driver is for CUDA ", version(driver),
                       ", and this program was built with CUDA ", version(runtime),
                       "; install a newer driver");
    if (code == cudaErrorNoDevice || devices == 0)
        return "strata: there is an NVIDIA driver, but it finds no GPU (or CUDA_VISIBLE_DEVICES hides them)";
    return message("strata: the GPU cannot be used: ", cudaGetErrorString(code), " (", cudaGetErrorName(code),
                   ")");
}

#else

/// The host stands in for the device, and is always there.
inline std::string unavailable_because() { return {}; }

#endif

/// Whether there is a GPU to compute on, as torch.cuda.is_available.
inline bool is_available() {
    static const bool available = unavailable_because().empty();
    return available;
}

/// Throws DeviceError with the reason unless there is a GPU.
inline void require() {
    if (!is_available()) throw DeviceError(unavailable_because());
}

/// Waits until the device has done everything, as torch.cuda.synchronize.
inline void synchronize() {
    statistics().synchronizations.fetch_add(1, std::memory_order_relaxed);
#if STRATA_ON_GPU
    check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
#endif
}

}  // namespace cuda
}  // namespace strata
