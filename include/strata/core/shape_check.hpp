#pragma once
// The check whether a batch that only the run knows has the shape that the network's type says, for every device.

#include <array>
#include <strata/core/config.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/shape.hpp>
#include <string>

namespace strata::detail {

template <class Shape>
constexpr auto batch_shape(Size batch) {
    std::array<Size, Shape::dims.rank + 1> shape{batch};
    for (Size i = 0; i != Shape::dims.rank; ++i) shape[i + 1] = Shape::dims.extent[i];
    return shape;
}

[[gnu::cold]] std::string text_of(const Size* extents, Size rank);

/// The extents of any shape, for a message: all of them, but at most 16.
struct ShownExtents {
    static constexpr Size most = 16;
    Size extent[most] = {};
    Size rank = 0;  ///< of the shape, which may have more extents than are shown

    template <class Given>
    explicit ShownExtents(const Given& shape) : rank(shape.size()) {
        for (Size i = 0; i < rank && i < most; ++i) extent[i] = static_cast<Size>(shape[i]);
    }
};

[[gnu::cold]] std::string text_of(const ShownExtents& shape);

/// Throws ShapeError naming both shapes unless `shape` is (batch, Shape...); with `any_shape` only the number
/// of elements per sample counts.
template <class Shape, bool any_shape, class Given>
void check_shape(const char* what, const char* wants, const Given& shape) {
    constexpr Dims sample = Shape::dims;
    const Size rank = shape.size();
    Size elements = 1;
    bool same = rank == sample.rank + 1;
    for (Size i = 1; i < rank; ++i) {
        elements *= static_cast<Size>(shape[i]);
        same = same && static_cast<Size>(shape[i]) == sample.extent[i - 1];
    }
    if (rank > 0 && (any_shape ? elements == sample.elements() : same)) return;
    std::string expected = "(batch";
    for (Size i = 0; i != sample.rank; ++i) expected += ", " + std::to_string(sample.extent[i]);
    throw ShapeError(message("strata: ", what, " has the shape ", text_of(ShownExtents(shape)), ", but ",
                             wants, " ", expected, ")"));
}

/// Throws ShapeError naming both shapes, and what to write where one extent of 1 is all that differs, or where
/// numbers have the shape of class indices.
[[noreturn]] void refuse_target_shape(const ShownExtents& given, const Size* expected, Size expected_rank,
                                      const std::string& expected_text, bool are_numbers = false);

/// Throws ShapeError unless a target's shape is (batch, Shape...). PyTorch would broadcast (batch) and
/// (batch, 1) to (batch, batch), which is never what was meant.
template <class Shape, bool are_numbers = false, class Given>
void check_target_shape(const Given& shape) {
    constexpr Size rank = Shape::dims.rank + 1;
    const auto expected = batch_shape<Shape>(0);
    bool same = shape.size() == rank;
    for (Size i = 1; same && i < rank; ++i) same = static_cast<Size>(shape[i]) == expected[i];
    if (same) return;
    std::string text = "(batch";
    for (Size i = 1; i < rank; ++i) text += ", " + std::to_string(expected[i]);
    refuse_target_shape(ShownExtents(shape), expected.data(), rank, text + ")", are_numbers);
}

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION std::string text_of(const Size* extents, Size rank) {
    std::string text = "(";
    for (Size i = 0; i < rank; ++i) text += (i > 0 ? ", " : "") + std::to_string(extents[i]);
    return text + ")";
}

STRATA_FUNCTION std::string text_of(const ShownExtents& shape) {
    if (shape.rank <= ShownExtents::most) return text_of(shape.extent, shape.rank);
    std::string text = text_of(shape.extent, ShownExtents::most);
    text.back() = ',';
    return message(text, " ... ", shape.rank, " extents)");
}

STRATA_FUNCTION void refuse_target_shape(const ShownExtents& given, const Size* expected, Size expected_rank,
                                         const std::string& expected_text, bool are_numbers) {
    const auto advice = [](Size kept, const char* last, const char* effect) {
        std::string text = "; xt::view(y, ";
        for (Size i = 0; i < kept; ++i) text += "xt::all(), ";
        return text + last + effect;
    };
    std::string hint;
    if (given.rank == expected_rank + 1 && given.rank <= ShownExtents::most &&
        given.extent[given.rank - 1] == 1)
        hint = advice(expected_rank, "0)", " drops the last extent");
    if (given.rank + 1 == expected_rank && expected[expected_rank - 1] == 1)
        hint = advice(given.rank, "xt::newaxis())", " adds the last extent");
    else if (are_numbers && given.rank + 1 == expected_rank) {
        bool like_classes = true;
        for (Size i = 1; i < given.rank && i < ShownExtents::most; ++i)
            like_classes = like_classes && given.extent[i] == expected[i + 1];
        if (like_classes) hint = "; where these are class indices write xt::cast<std::int64_t>(y)";
    }
    if (hint.empty() && given.rank > 0 && given.rank < expected_rank)
        hint =
            "; the network predicts for several positions of a sample: put Flatten before the first Linear, "
            "or take a mean";
    throw ShapeError(message("strata: the target has the shape ", text_of(given),
                             ", but the prediction's takes ", expected_text, hint));
}

}  // namespace strata::detail
#endif
