#pragma once
// The precision in which a device multiplies matrices.

namespace strata {

/// What the operands of a matrix product are rounded to before they are multiplied. Sums, results, weights
/// and everything that is not a product stay float32; products of double are never rounded.
enum class Precision : unsigned char {
    float32,   ///< not rounded: the default
    tf32,      ///< 10 bits of mantissa, the range of float32; only on request, as in PyTorch
    bfloat16,  ///< 7 bits of mantissa, the range of float32
    float16,   ///< 10 bits of mantissa; above 65504 is infinity, so gradients may need a scaled loss
};

}  // namespace strata
