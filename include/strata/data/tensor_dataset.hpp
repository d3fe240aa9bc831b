#pragma once
// A dataset from two tensors that lie in memory.
//
//   st::TensorDataset<st::Shape<2>, st::ClassIndex> points{x, labels};     // x: (n, 2), labels: (n)
//   st::TensorDataset<st::Shape<1>, st::Shape<1>> curve{x, y};             // x: (n, 1), y: (n, 1)
//
// Source: https://pytorch.org/docs/1.13/data.html#torch.utils.data.TensorDataset

#include <array>
#include <span>
#include <strata/backends/cpu/edge.hpp>
#include <strata/core/message.hpp>
#include <strata/data/dataset.hpp>
#include <strata/data/xtensor.hpp>

namespace strata {

/// The target of a classifier: one index per sample.
struct ClassIndex {};

/// Samples of shape `SampleShape` with targets of shape `TargetShape`, or class indices. Keeps copies of the
/// tensors; an xt::xtensor of the right type that is handed over with std::move is kept as it is. Other
/// scalar types are converted to T. Throws ShapeError when x is not (n, SampleShape...) or y not (n,
/// TargetShape...).
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
        : x_(kept<InputTensor, sample_shape>("TensorDataset: x", "its samples make it", std::forward<X>(x))),
          y_(kept<TargetTensor, target_shape>("TensorDataset: y", "its targets make it",
                                              std::forward<Y>(y))) {
        static_assert(!has_classes || std::is_integral_v<typename std::remove_cvref_t<Y>::value_type>,
                      "strata: class indices are integers; for targets that are numbers write "
                      "TensorDataset<SampleShape, "
                      "TargetShape> (docs/errors.md#dataset)");
        static_assert(!std::is_integral_v<T> ||
                          std::is_integral_v<typename std::remove_cvref_t<X>::value_type>,
                      "strata: this dataset holds whole numbers, such as indices for an Embedding; write "
                      "xt::cast<std::int64_t>(x) (docs/errors.md#dataset)");
        if (x_.shape()[0] != y_.shape()[0])
            throw ShapeError(message("strata: TensorDataset: x has the shape ", text_of(x_),
                                     ", but y has the shape ", text_of(y_),
                                     "; they need the same number of samples"));
    }

    Size size() const { return x_.shape()[0]; }
    auto get(Size i) const {
        detail::check_sample_index(i, size());
        const std::span<const T> x(x_.data() + i * x_size, x_size);
        if constexpr (has_classes)
            return Sample{x, y_.data()[i]};
        else
            return Sample{x, std::span<const T>(y_.data() + i * y_size, y_size)};
    }

    const InputTensor& x() const { return x_; }
    const TargetTensor& y() const { return y_; }

    // The quick ways of data/dataset.hpp.
    std::pair<const value_type*, const target_type*> contiguous(Size first) const {
        return {x_.data() + first * x_size, y_.data() + first * y_size};
    }
    StoredSamples<value_type, target_type> stored() const { return {x_.data(), y_.data(), size()}; }
    void gather(const std::int64_t* indices, Size count, value_type* x, target_type* y) const {
        for (Size i = 0; i < count; ++i) {
            const Size from = static_cast<Size>(indices[i]);
            __builtin_memcpy(x + i * x_size, x_.data() + from * x_size, x_size * sizeof(value_type));
            __builtin_memcpy(y + i * y_size, y_.data() + from * y_size, y_size * sizeof(target_type));
        }
    }

private:
    static constexpr Size x_size = sample_shape::dims.elements(), y_size = target_shape::dims.elements();

    template <class Tensor, class Shape, class X>
    static Tensor kept(const char* what, const char* wants, X&& x) {
        static_assert(cpu::Expression<std::remove_cvref_t<X>>,
                      "strata: a TensorDataset takes xtensor containers, views or expressions "
                      "(docs/errors.md#dataset)");
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

    InputTensor x_;
    TargetTensor y_;
};

}  // namespace strata
