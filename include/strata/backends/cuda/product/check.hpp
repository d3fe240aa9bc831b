#pragma once
// A check of products, off unless it is asked for: before the first product of a kind, the same one is done with
// ones, whose every element is known, the number of terms. So an algorithm that leaves out terms for some extents
// (the end of a long sum that is divided among blocks, for example) is found where its results would only be a
// little off.

#include <atomic>
#include <cstdlib>
#include <strata/backends/cuda/product/half.hpp>
#include <strata/backends/cuda/product/product.hpp>
#include <vector>

namespace strata::cuda {

/// Whether products are checked from now on. At first it is what the environment says: STRATA_CHECK_PRODUCTS=1.
inline std::atomic<bool>& checks_products() {
    static std::atomic<bool> on = [] {
        const char* const given = std::getenv("STRATA_CHECK_PRODUCTS");
        return given != nullptr && *given != '\0' && *given != '0';
    }();
    return on;
}

namespace detail {

/// All that the choice of an algorithm depends on.
struct ProductKind {
    Product product;
    Epilogue epilogue;
    Arithmetic arithmetic;
    std::uint16_t a_alignment, b_alignment, c_alignment, vector_alignment;  // bytes
    bool operator==(const ProductKind&) const = default;
};

/// The kinds that a context has checked.
using CheckedProducts = std::vector<ProductKind>;

/// `size` equal elements whose first one is aligned to so many bytes, and no better.
template <class T>
class Constants {
public:
    Constants(Size size, T value, Size alignment)
        : offset_(alignment < 256 ? alignment / sizeof(T) : 0), host_(offset_ + size, value) {
        buffer_.resize(host_.size());
        buffer_.copy_from(host_.data());
    }
    T* data() { return buffer_.data() + offset_; }
    const T* fetched() {
        buffer_.copy_to(host_.data());
        return host_.data() + offset_;
    }

private:
    Size offset_;
    std::vector<T> host_;
    Buffer<T> buffer_{"a check of products"};
};

/// Elements from the first one of a series of matrices to the last.
inline Size extent(Size count, Size step, Size rows, Size row, Size columns) {
    return (count - 1) * step + (rows - 1) * row + columns;
}

/// What 1 is as an operand.
template <class Operand>
Operand one_of([[maybe_unused]] Arithmetic arithmetic) {
    if constexpr (std::is_same_v<Operand, Half>)
        return arithmetic == Arithmetic::bfloat16 ? to_bfloat16(1) : to_float16(1);
    else
        return Operand(1);
}

/// Throws DeviceError unless a product of ones has the number of terms everywhere. `multiply(a, b, c, vector)`
/// does it; false where there is no kernel with the epilogue.
template <class Operand, class T, class Multiply>
[[gnu::cold]] void check_product(const ProductKind& kind, const Multiply& multiply) {
    const Product& p = kind.product;
    const double terms = static_cast<double>(p.k);
    if (p.k > Size(1) << 24) return;  // no longer exact in float32
    const Operand one = one_of<Operand>(kind.arithmetic);
    const bool sums = kind.epilogue == Epilogue::sum_rows;
    const T unwritten = static_cast<T>(__builtin_nan(""));
    Constants<Operand> a(extent(p.count, p.a.step, p.a_transposed ? p.k : p.m, p.a_row(), p.a_columns()), one,
                         kind.a_alignment);
    Constants<Operand> b(extent(p.count, p.b.step, p.b_transposed ? p.n : p.k, p.b_row(), p.b_columns()), one,
                         kind.b_alignment);
    Constants<T> c(extent(p.count, p.c.step, p.m, p.c_row(), p.n), p.accumulate ? T(0) : unwritten,
                   kind.c_alignment);
    Constants<T> vector(sums ? p.m : p.n, sums ? unwritten : T(0), kind.vector_alignment);
    if (!multiply(a.data(), b.data(), c.data(), vector.data())) return;

    const bool approximate = kind.epilogue == Epilogue::bias_gelu;
    const double expected = approximate ? GeluActivation()(terms) : terms;
    const auto check_element = [&](const char* what, double got, Size i, Size j) {
        const double difference = got < expected ? expected - got : got - expected;
        if (difference <= (approximate ? 0x1p-9 * terms : 0)) return;
        throw DeviceError(message("strata: ", what, " of ones, (", p.m, ", ", p.k, ") (", p.k, ", ", p.n,
                                  ") in ", name_of(kind.arithmetic), ", is ", got, " at (", i, ", ", j,
                                  ") and has to be ", expected,
                                  ": this version of the library for products computes it wrongly here; "
                                  "another precision or another batch size may take another algorithm"));
    };
    const T* const got = c.fetched();
    for (Size n = 0; n < p.count; ++n)
        for (Size i = 0; i < p.m; ++i)
            for (Size j = 0; j < p.n; ++j)
                check_element("the product", static_cast<double>(got[n * p.c.step + i * p.c_row() + j]), i,
                              j);
    if (!sums) return;
    const T* const sum = vector.fetched();
    for (Size i = 0; i < p.m; ++i)
        check_element("the sum of a row beside the product", static_cast<double>(sum[i]), i, 0);
}

}  // namespace detail
}  // namespace strata::cuda
