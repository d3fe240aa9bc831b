#pragma once
// The extent along which the classes lie, as the kernels want it: (outer, classes, inner). A softmax names it
// by its `dim`; for a loss it is the first extent of a sample, as PyTorch's (N, C, d1, d2, ...) has it.

#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
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
        throw ValueError(message("strata: ", layer, ": dim is ", dim, ", but a sample of rank ", rank,
                                 " has the dims 1 to ", rank, " and -", rank, " to -1"));
    ClassExtent extent{x.batch, shape.extent[axis], 1};
    for (int i = 0; i < axis; ++i) extent.outer *= shape.extent[i];
    for (int i = axis + 1; i < rank; ++i) extent.inner *= shape.extent[i];
    return extent;
}

/// The classes of a loss's prediction: the first extent of a sample.
template <class T, class Device, class Shape>
constexpr ClassExtent class_extent(const BatchView<T, Device, Shape>& x) {
    constexpr Size classes = Shape::dims.rank == 0 ? 1 : Shape::dims.extent[0];
    return {x.batch, classes, Shape::dims.elements() / classes};
}

/// The shape of the class indices that belong to a prediction: (C, d1, d2, ...) without C.
constexpr Dims without_classes(Dims prediction) {
    Dims result;
    for (Size i = 1; i < prediction.rank; ++i) result.extent[result.rank++] = prediction.extent[i];
    return result;
}

}  // namespace strata
