#pragma once
// A loss of two xtensor containers, views or expressions, without a model: `CrossEntropyLoss{}(logits,
// labels)` gives the value as a double. Shapes are known at run time only: numbers compare with numbers of
// the same shape, and predictions (N, C, d...) with class indices (N, d...). What the predictions are
// (logits, probabilities, log-probabilities) nobody can check here.

#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/losses/loss.hpp>

namespace strata {

/// A batch whose shape only the program knows. In place of `dims` it has a scalar's.
template <class T>
struct ArrayView {
    using value_type = T;
    static constexpr Dims dims{};

    T* data = nullptr;
    Size batch = 0;
    Size elements = 0;
    Size columns = 1;
    ClassExtent extent{};

    Size size() const { return elements; }
    Size rows() const { return columns == 0 ? 0 : elements / columns; }
};

template <class T>
ClassExtent class_extent(const ArrayView<T>& x) {
    return x.extent;
}

namespace detail {

inline constexpr Size max_array_rank = 16;

/// A shape of any number of extents.
struct ArrayShape {
    Size rank = 0;
    Size extent[max_array_rank] = {};

    explicit ArrayShape(const auto& shape) : rank(shape.size()) {
        if (rank > max_array_rank) throw ShapeError("strata: a loss takes arrays of at most 16 dimensions");
        for (Size i = 0; i < rank; ++i) extent[i] = static_cast<Size>(shape[i]);
    }
    /// (N, C, d...) without C.
    ArrayShape without_classes() const;
    std::string text() const { return detail::text_of(extent, rank); }
    // As a shape: a list of extents.
    Size size() const { return rank; }
    Size operator[](Size i) const { return extent[i]; }

    template <class T>
    ArrayView<T> view(T* data) const {
        ArrayView<T> result{data, rank > 0 ? extent[0] : 1, 1, rank > 0 ? extent[rank - 1] : 1, {1, 1, 1}};
        result.extent.outer = result.batch;
        if (rank > 1) result.extent.classes = extent[1];
        for (Size i = 2; i < rank; ++i) result.extent.inner *= extent[i];
        for (Size i = 0; i < rank; ++i) result.elements *= extent[i];
        return result;
    }
    friend bool operator==(const ArrayShape&, const ArrayShape&) = default;
};

void check_array_shapes(const ArrayShape& prediction, const ArrayShape& target, bool class_indices);

}  // namespace detail

template <class LossType, cpu::Expression X, cpu::Expression Y>
double evaluate_loss(const LossType& loss, const X& prediction, const Y& target) {
    using T = std::remove_const_t<typename X::value_type>;
    using U = std::remove_const_t<typename Y::value_type>;
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                  "strata: a loss takes predictions of float or double (docs/errors.md#scalar)");
    constexpr Reason refusal = LossType::template refuses_target<ArrayView<const T>, ArrayView<const U>>();
    if constexpr (is_set(refusal)) {
        using Problem = loss_error<the_loss<LossType>, does_not_fit_because<refusal>, the_target_holds<U>>;
        (void)detail::RefuseUnlessLossFits<Problem>{};
        return 0;
    } else {
        const detail::ArrayShape shape(prediction.shape()), target_shape(target.shape());
        detail::check_array_shapes(shape, target_shape, std::is_same_v<U, std::int64_t>);
        const auto x = cpu::elements_of(prediction);
        const auto y = cpu::elements_of(target);
        Cpu device;
        LossReport report;
        loss.evaluate(device, shape.view(x.data), target_shape.view(y.data), ArrayView<T>{}, &report);
        return report.value;
    }
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION ArrayShape ArrayShape::without_classes() const {
    ArrayShape result = *this;
    result.rank = rank - 1;
    for (Size i = 1; i < result.rank; ++i) result.extent[i] = extent[i + 1];
    result.extent[result.rank] = 0;
    return result;
}

STRATA_FUNCTION void check_array_shapes(const ArrayShape& prediction, const ArrayShape& target,
                                        bool class_indices) {
    if (class_indices && prediction.rank < 2)
        throw ShapeError(message("strata: the prediction has the shape ", prediction.text(),
                                 ", but class indices need one of (N, C) or (N, C, d1, ...)"));
    const ArrayShape expected = class_indices ? prediction.without_classes() : prediction;
    if (!(target == expected))
        detail::refuse_target_shape(detail::ShownExtents(target), expected.extent, expected.rank,
                                    expected.text());
}

}  // namespace strata::detail
#endif
