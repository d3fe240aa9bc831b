#pragma once
// A matrix product as the operations ask for it (multiply.hpp). The GPU has it done by cuBLASLt
// (cublaslt.hpp), the host by BLAS (blas.hpp); each offers a class `Products`, which lives as
// long as the context.

#include <cstdint>
#include <strata/backends/cuda/runtime/scratch.hpp>
#include <strata/core/math.hpp>
#include <strata/core/operations/precision.hpp>
#include <type_traits>

namespace strata::cuda::detail {

/// How far the stored rows of a matrix lie apart, and how far a series of such matrices; row 0: side by side.
struct Spacing {
    Size row = 0, step = 0;
    bool operator==(const Spacing&) const = default;
};

/// Row-major c(m, n) = a(m, k) b(k, n), or c += ..., for each of a series of `count` products; a or b may be
/// stored transposed.
struct Product {
    Size m, n, k;
    bool a_transposed = false, b_transposed = false, accumulate = false;
    Size count = 1;
    Spacing a = {}, b = {}, c = {};
    bool operator==(const Product&) const = default;

    Size a_columns() const { return a_transposed ? m : k; }
    Size b_columns() const { return b_transposed ? k : n; }
    Size a_row() const { return a.row == 0 ? a_columns() : a.row; }
    Size b_row() const { return b.row == 0 ? b_columns() : b.row; }
    Size c_row() const { return c.row == 0 ? n : c.row; }
};

/// What the kernel of a product does beside it. It reads or writes a vector of T.
enum class Epilogue : unsigned char {
    none,
    bias,       ///< c[i, j] += vector[j]
    bias_gelu,  ///< and then gelu(c), the form with tanh
    sum_rows,   ///< vector[i] = sum of a[i, l] over l; where a is dyᵀ, the sum of the rows of dy
};

/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x³))) / 2
struct GeluActivation {
    template <class T>
    STRATA_HOST_DEVICE T operator()(T x) const {
        return x * T(0.5) * (T(1) + math::tanh(T(0.79788456080286535588) * (x + T(0.044715) * x * x * x)));
    }
};

/// What a product is computed in.
enum class Arithmetic : unsigned char { float32, tf32, bfloat16, float16, float64 };

template <class T>
Arithmetic arithmetic_of(Precision precision) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
    static_assert(int(Arithmetic::float16) == int(Precision::float16) &&
                  int(Arithmetic::tf32) == int(Precision::tf32));
    return std::is_same_v<T, double> ? Arithmetic::float64 : static_cast<Arithmetic>(precision);
}

/// The largest power of two that divides the address, at most 256.
inline std::uint16_t alignment_of(const void* pointer) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer) | 256;
    return static_cast<std::uint16_t>(address & (~address + 1));
}
/// Whether to ask for the epilogue at all. cuBLASLt documents none for double; vectors are to be aligned to 16
/// bytes; and the sum of a gradient's rows is that of dy as it is, not of dy rounded for a product.
inline bool may_fuse(Arithmetic arithmetic, Epilogue epilogue, const void* vector) {
    if (epilogue == Epilogue::none) return true;
    if (arithmetic == Arithmetic::float64 || alignment_of(vector) < 16) return false;
    return epilogue != Epilogue::sum_rows || arithmetic == Arithmetic::float32;
}

inline const char* name_of(Arithmetic arithmetic) {
    constexpr const char* names[] = {"float32", "tf32", "bfloat16", "float16", "float64"};
    return names[int(arithmetic)];
}

/// Memory for a rounded operand. What has been outgrown stays, for the graphs that use it; doubling bounds
/// all of it by twice the last block.
template <class T>
class OperandRoom {
public:
    T* of(Size size) {
        if (blocks_.empty() || blocks_.back().size() < size) grow(size);
        return blocks_.back().data();
    }

private:
    [[gnu::cold]] void grow(Size size) {
        refuse_while_recording();
        const Size doubled = blocks_.empty() ? 0 : 2 * blocks_.back().size();
        Buffer<T> block("rounded operands of products");
        block.resize(size < doubled ? doubled : size);
        blocks_.push_back(std::move(block));
    }

    std::vector<Buffer<T>> blocks_;
};

}  // namespace strata::cuda::detail
