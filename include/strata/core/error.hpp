#pragma once
// The run-time errors. Every message names where it happened (the file or the argument), the value
// that was found, and the limit it broke. Whoever catches `strata::Error` catches them all.

// That needs exceptions in the language: with -fno-exceptions a wrong label would end the program without a word.

#if !defined(__cpp_exceptions) && !defined(__EXCEPTIONS) && !defined(__CUDA_ARCH__)
#error "strata: run-time errors are C++ exceptions; compile without -fno-exceptions"
#endif

#include <stdexcept>

namespace strata {

/// The base of everything that Strata throws.
class Error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An argument, an option or a label outside what is allowed.
class ValueError : public Error {
    using Error::Error;
};

/// A tensor or a batch whose shape does not fit the network, the loss or the parameter.
class ShapeError : public Error {
    using Error::Error;
};

/// A file that is missing, truncated, malformed, or that cannot be written.
class FileError : public Error {
    using Error::Error;
};

/// A weight file that is sound, and that belongs to another network.
class StateError : public Error {
    using Error::Error;
};

/// A loss that is no longer a finite number.
class NumericError : public Error {
    using Error::Error;
};

/// What the CUDA runtime or one of its libraries refused, or a GPU that is not there.
class DeviceError : public Error {
    using Error::Error;
};

/// A device has no memory left. Names what was asked for and what there is.
class OutOfMemoryError : public DeviceError {
    using DeviceError::DeviceError;
};

namespace detail {
[[noreturn, gnu::cold]] inline void refuse_moved_from() {
    throw ValueError(
        "strata: this trainer, evaluator, predictor or optimizer was moved from, and has nothing left; "
        "use the one that it was moved to");
}
}  // namespace detail

}  // namespace strata
