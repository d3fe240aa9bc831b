#pragma once
// Weights whose rows (or columns, if there are fewer) are orthogonal and of length `gain`.
//
//   normal numbers A [Rows, Columns], transposed if Rows < Columns;
//   A = Q R with R's diagonal positive;
//   W = gain Q
//
// Source: A. Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural
// networks", 2013; https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.orthogonal_

#include <cmath>
#include <cstddef>
#include <strata/core/config.hpp>
#include <strata/init/tensor.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

namespace strata::init {

namespace detail {

double dot(const double* a, const double* b, std::size_t n);

/// Gram and Schmidt over `count` vectors of `length` numbers, each projected twice: that is orthogonal to the
/// last digit of double, and the positive diagonal of R comes by itself.
void orthonormalise(double* vectors, std::size_t count, std::size_t length);

}  // namespace detail

/// An orthogonal matrix [rows, columns] over raw memory; O(rows * columns * min(rows, columns)) work.
template <class T>
void orthogonal_(T* data, std::size_t rows, std::size_t columns, double gain, Generator& generator) {
    const bool by_rows = rows < columns;
    const std::size_t count = by_rows ? rows : columns, length = by_rows ? columns : rows;
    const std::size_t vector_step = by_rows ? columns : 1, element_step = by_rows ? 1 : columns;
    if (count == 0) return;
    normal_(data, rows * columns, 0.0, 1.0, generator);
    std::vector<double> vectors(count * length);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t k = 0; k < length; ++k)
            vectors[i * length + k] = static_cast<double>(data[i * vector_step + k * element_step]);
    detail::orthonormalise(vectors.data(), count, length);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t k = 0; k < length; ++k)
            data[i * vector_step + k * element_step] =
                static_cast<T>(vectors[i * length + k]) * static_cast<T>(gain);
}

/// An orthogonal weight; gain 1 unless told. Dimensions after the first are flattened into columns. Throws
/// ValueError for a vector.
template <Fillable Tensor>
void orthogonal_(Tensor&& tensor, double gain = 1.0, Generator& generator = default_generator()) {
    const auto& shape = tensor.shape();
    if (shape.size() < 2) refuse_option("orthogonal_", "the tensor's rank", shape.size(), "at least 2");
    const std::size_t count = element_count(shape);
    if (count == 0) return;
    const auto rows = static_cast<std::size_t>(shape[0]);
    orthogonal_(elements("orthogonal_", tensor), rows, count / rows, gain, generator);
}

}  // namespace strata::init

#if STRATA_HAS_BODIES
namespace strata::init::detail {

STRATA_FUNCTION double dot(const double* a, const double* b, std::size_t n) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
}

STRATA_FUNCTION void orthonormalise(double* vectors, std::size_t count, std::size_t length) {
    for (std::size_t i = 0; i < count; ++i) {
        double* vector = vectors + i * length;
        for (int pass = 0; pass < 2; ++pass) {
            for (std::size_t j = 0; j < i; ++j) {
                const double* earlier = vectors + j * length;
                const double along = dot(vector, earlier, length);
                for (std::size_t k = 0; k < length; ++k) vector[k] -= along * earlier[k];
            }
        }
        const double norm = std::sqrt(dot(vector, vector, length));
        if (norm == 0.0) continue;  // as in PyTorch, where sign(0) leaves a column of zeros
        for (std::size_t k = 0; k < length; ++k) vector[k] /= norm;
    }
}

}  // namespace strata::init::detail
#endif
