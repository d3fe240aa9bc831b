#pragma once
// The ground of the device `Cuda`: the GPU under nvcc, and under a host compiler the host itself, so that
// the code of the GPU is tested on machines without one. The host stands in where Thrust is told to use one
// of its host systems: -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP (or OMP, with -fopenmp).
//
// Every call of the CUDA runtime and of cuBLASLt is in this header, memory.hpp, context.hpp, queue.hpp,
// uploads.hpp and product/cublaslt.hpp, and is checked.

#include <atomic>
#include <mutex>
#include <shared_mutex>
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

// Recording, and what concerns the whole device
//
// While one thread records, a GPU refuses whatever concerns the whole device from every thread (waiting for
// it, taking and giving back its memory), and the recording is lost as well. So a recording is alone, and all
// of that goes on side by side.

namespace detail {

struct DeviceLock {
    std::mutex turn;  ///< held by who waits to record, so that others do not overtake him for ever
    std::shared_mutex device;
};
inline DeviceLock& device_lock() {  // never destroyed: static models give memory back after main
    static DeviceLock& the_lock = *new DeviceLock;
    return the_lock;
}
inline bool& this_thread_records() {
    thread_local bool records = false;
    return records;
}

/// Throws DeviceError in a thread that records: the device would refuse, and forget what was recorded.
inline void refuse_while_recording() {
    if (this_thread_records())
        throw DeviceError(
            "strata: device memory cannot be allocated, copied or waited for while a graph records; the same "
            "work has to be done once before");
}

#if !STRATA_ON_GPU
/// The rule as the host's stand-in has it.
struct Recordings {
    std::atomic<int> under_way{0}, lost{0};
};
inline Recordings& recordings() {
    static Recordings the_recordings;
    return the_recordings;
}
#endif

/// A call that concerns the whole device, as the GPU sees it. False where it is refused.
inline bool is_permitted_now() {
#if !STRATA_ON_GPU
    if (recordings().under_way > 0) {
        ++recordings().lost;
        return false;
    }
#endif
    return true;
}

/// Held around whatever concerns the whole device. Not in a thread that records.
class WholeDevice {
public:
    WholeDevice() {
        refuse_while_recording();
        const std::lock_guard my_turn(device_lock().turn);
        lock_ = std::shared_lock(device_lock().device);
    }
    struct IfFree {};
    /// The same where nothing can be thrown: a thread that records goes on without.
    explicit WholeDevice(IfFree) {
        if (this_thread_records()) return;
        const std::lock_guard my_turn(device_lock().turn);
        lock_ = std::shared_lock(device_lock().device);
    }

private:
    std::shared_lock<std::shared_mutex> lock_;
};

/// Held by a thread while it records.
class Recording {
public:
    Recording() {
        const std::lock_guard my_turn(device_lock().turn);
        lock_ = std::unique_lock(device_lock().device);
        this_thread_records() = true;
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    ~Recording() { this_thread_records() = false; }

private:
    std::unique_lock<std::shared_mutex> lock_;
};

/// Waits until the device has done everything; the caller has the whole device.
inline void wait_for_device() {
#if STRATA_ON_GPU
    check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
#else
    if (!is_permitted_now()) throw DeviceError("strata: cudaDeviceSynchronize failed: a stream records");
#endif
}

// Several devices

#if !STRATA_ON_GPU
/// What cudaSetDevice says where the host stands in: a number, for tests.
inline int& stand_in_device() {
    thread_local int device = 0;
    return device;
}
#endif

/// The thread's current device.
inline int current_device() {
#if STRATA_ON_GPU
    int device = 0;
    check(cudaGetDevice(&device), "cudaGetDevice");
    return device;
#else
    return stand_in_device();
#endif
}

[[noreturn, gnu::cold]] inline void refuse_device(int device, int current) {
    throw DeviceError(message("strata: what is used here lies on GPU ", device,
                              ", and the current one of this thread is GPU ", current,
                              "; call cudaSetDevice(", device, ") before"));
}
/// Throws DeviceError unless `device` is current: what lies on another cannot be reached from here.
inline void check_device(int device) {
    if (const int current = current_device(); current != device) refuse_device(device, current);
}

}  // namespace detail

/// Waits until the device has done everything, as torch.cuda.synchronize.
inline void synchronize() {
    statistics().synchronizations.fetch_add(1, std::memory_order_relaxed);
    const detail::WholeDevice all;
    detail::wait_for_device();
}

}  // namespace cuda
}  // namespace strata
