#pragma once
// A dataset from two tensors that lie in memory.
//
//   st::TensorDataset<st::Shape<2>, st::ClassIndex> points{x, labels};     // x: (n, 2), labels: (n)
//   st::TensorDataset<st::Shape<1>, st::Shape<1>> curve{x, y};             // x: (n, 1), y: (n, 1)
//
// Source: https://pytorch.org/docs/1.13/data.html#torch.utils.data.TensorDataset

#include <array>
#include <strata/backends/cpu/user_tensors.hpp>
#include <strata/core/message.hpp>
#include <strata/data/kept.hpp>
#include <strata/xtensor.hpp>

namespace strata {

/// The target of a classifier: one index per sample.
struct ClassIndex {};

/// Samples of shape `SampleShape` with targets of shape `TargetShape`, or class indices. Keeps copies of the
/// tensors; an xt::xtensor of the right type that is handed over with std::move is kept as it is. Copies of
/// the dataset share them. Other scalar types are converted to T, but not bytes, which nothing scales. Throws
/// ShapeError when x is not (n, SampleShape...) or y not (n, TargetShape...).
template <class SampleShape, class TargetShape = ClassIndex, class T = float>
class TensorDataset {
    static constexpr bool has_classes = std::is_same_v<TargetShape, ClassIndex>;

public:
    using sample_shape = SampleShape;
    using target_shape = std::conditional_t<has_classes, Shape<>, TargetShape>;
    using value_type = T;
    using target_type = std::conditional_t<has_classes, std::int64_t, T>;
    using InputTensor = xt::xtensor<value_type, sample_shape::dims.rank + 1>;
    using TargetTensor = xt::xtensor<target_type, target_shape::dims.rank + 1>;

    template <class X, class Y>
    TensorDataset(X&& x, Y&& y)
        : tensors_(Kept::of(tensor<InputTensor, sample_shape, false>(
                                "TensorDataset: x", "its samples make it", std::forward<X>(x)),
                            tensor<TargetTensor, target_shape, has_classes>(
                                "TensorDataset: y", "its targets make it", std::forward<Y>(y)))) {
        static_assert(!has_classes || std::is_integral_v<typename std::remove_cvref_t<Y>::value_type>,
                      "strata: class indices are integers, xt::cast<std::int64_t>(y); for targets that are "
                      "numbers write TensorDataset<SampleShape, TargetShape> (docs/errors.md#dataset)");
        if (tensors_->x.shape()[0] != tensors_->y.shape()[0])
            throw ShapeError(message("strata: TensorDataset: x has the shape ", text_of(tensors_->x),
                                     ", but y has the shape ", text_of(tensors_->y),
                                     "; they need the same number of samples"));
    }

    Size size() const { return tensors_->x.shape()[0]; }
    /// The rows of one sample, std::spans that hold the tensors.
    auto get(Size i) const {
        detail::check_sample_index(i, size());
        const auto [x, y] = contiguous(i);
        if constexpr (has_classes)
            return Sample{detail::KeptSpan<T>(x, x_size, tensors_.owner()), *y};
        else
            return Sample{detail::KeptSpan<T>(x, x_size, tensors_.owner()),
                          detail::KeptSpan<T>(y, y_size, tensors_.owner())};
    }

    /// The tensors; a temporary gives copies.
    const InputTensor& x() const& { return tensors_->x; }
    const TargetTensor& y() const& { return tensors_->y; }
    InputTensor x() const&& { return tensors_->x; }
    TargetTensor y() const&& { return tensors_->y; }

    // The quick ways of data/dataset.hpp.
    std::pair<const value_type*, const target_type*> contiguous(Size first) const {
        return {tensors_->x.data() + first * x_size, tensors_->y.data() + first * y_size};
    }
    StoredSamples<value_type, target_type> stored() const {
        return {tensors_->x.data(), tensors_->y.data(), size()};
    }
    void gather(const std::int64_t* indices, Size count, value_type* x, target_type* y) const {
        const auto [all_x, all_y] = contiguous(0);
        for (Size i = 0; i < count; ++i) {
            const Size from = static_cast<Size>(indices[i]);
            __builtin_memcpy(x + i * x_size, all_x + from * x_size, x_size * sizeof(value_type));
            __builtin_memcpy(y + i * y_size, all_y + from * y_size, y_size * sizeof(target_type));
        }
    }

private:
    struct Tensors {
        InputTensor x;
        TargetTensor y;
    };
    using Kept = detail::Kept<Tensors>;
    static constexpr Size x_size = sample_shape::dims.elements(), y_size = target_shape::dims.elements();

    template <class Tensor, class Shape, bool are_classes, class X>
    static Tensor tensor(const char* what, const char* wants, X&& x) {
        static_assert(cpu::Expression<std::remove_cvref_t<X>>,
                      "strata: a TensorDataset takes xtensor containers, views or expressions "
                      "(docs/errors.md#dataset)");
        if constexpr (cpu::Expression<std::remove_cvref_t<X>>) {
            return converted<Tensor, Shape, are_classes>(what, wants, std::forward<X>(x));
        } else {
            return {};
        }
    }
    template <class Tensor, class Shape, bool are_classes, class X>
    static Tensor converted(const char* what, const char* wants, X&& x) {
        using From = typename std::remove_cvref_t<X>::value_type;
        using To = typename Tensor::value_type;
        constexpr bool is_refused_above = are_classes && std::is_floating_point_v<From>;
        [[maybe_unused]] detail::RefuseConversion<std::conditional_t<is_refused_above, To, From>, To>
            refused_here;
        detail::check_shape<Shape, false>(what, wants, x.shape());
        if constexpr (std::is_same_v<X, Tensor>) {
            return std::move(x);
        } else {
            std::array<Size, Shape::dims.rank + 1> shape;
            for (Size i = 0; i < shape.size(); ++i) shape[i] = static_cast<Size>(x.shape()[i]);
            Tensor tensor = Tensor::from_shape(shape);
            auto* to = tensor.data();
            for (auto it = x.template begin<xt::layout_type::row_major>(),
                      end = x.template end<xt::layout_type::row_major>();
                 it != end; ++it)
                *to++ = static_cast<typename Tensor::value_type>(*it);
            return tensor;
        }
    }
    template <class Tensor>
    static std::string text_of(const Tensor& tensor) {
        return detail::text_of(tensor.shape().data(), tensor.shape().size());
    }

    Kept tensors_;
};

namespace detail {

/// The shape of a sample that was not said.
struct NoSampleShape {};

}  // namespace detail

/// Without a shape it is refused, and holds nothing.
template <class Y, class T>
class TensorDataset<detail::NoSampleShape, Y, T> : public detail::NoDataset {
public:
    template <class X>
    TensorDataset(const X&, const Y&) {
        constexpr bool the_shape_of_a_sample_is_said = detail::never<X>;
        static_assert(
            the_shape_of_a_sample_is_said,
            "strata: a TensorDataset is told the shape of one sample, and of one target unless it is "
            "a class index: TensorDataset<Shape<784>>{x, labels}, TensorDataset<Shape<784>, "
            "Shape<1>>{x, y} (docs/errors.md#dataset)");
    }
};
template <class X, class Y>
TensorDataset(const X&, const Y&) -> TensorDataset<detail::NoSampleShape, Y>;

}  // namespace strata
