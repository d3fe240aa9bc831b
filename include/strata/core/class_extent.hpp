#pragma once
// The extent that the `dim` of a softmax names, as the kernels want it: (outer, classes, inner).

#include <strata/core/error.hpp>
#include <strata/core/layer.hpp>
#include <strata/core/tensor.hpp>
#include <string>

namespace strata {

/// A batch seen as (outer, classes, inner) around one extent.
struct ClassExtent {
    Size outer, classes, inner;
};

/// Throws ValueError unless 1 <= dim <= rank or -rank <= dim <= -1, rank counted without the batch.
template <class View>
ClassExtent class_extent(const View& x, int dim, const char* layer) {
    constexpr Dims shape = View::dims;
    constexpr int rank = static_cast<int>(shape.rank);
    const int axis = dim < 0 ? rank + dim : dim - 1;
    if (axis < 0 || axis >= rank)
        throw ValueError(std::string("strata: ") + layer + ": dim is " + std::to_string(dim) + ", but a sample of rank " +
                         std::to_string(rank) + " has the dims 1 to " + std::to_string(rank) + " and -" +
                         std::to_string(rank) + " to -1");
    ClassExtent extent{x.batch, shape.extent[axis], 1};
    for (int i = 0; i < axis; ++i) extent.outer *= shape.extent[i];
    for (int i = axis + 1; i < rank; ++i) extent.inner *= shape.extent[i];
    return extent;
}

}  // namespace strata
