#pragma once
// A tensor on the host that needs nothing but the standard library: what comes back from a device. Where
// xtensor is included it turns into an xt::xtensor or xt::xarray: `xt::xtensor<float, 2> y =
// prediction.cpu();`

#include <array>
#include <cstddef>
#include <strata/core/shape_check.hpp>
#include <utility>
#include <vector>

namespace strata {

/// Row-major, of a shape that the run knows.
template <class T>
class HostTensor {
public:
    using value_type = T;

    HostTensor() = default;
    explicit HostTensor(std::vector<Size> shape) : shape_(std::move(shape)), data_(elements_of(shape_)) {}

    const std::vector<Size>& shape() const& { return shape_; }
    std::vector<Size> shape() && { return std::move(shape_); }
    Size dimension() const { return shape_.size(); }
    Size size() const { return data_.size(); }
    T* data() { return data_.data(); }
    const T* data() const { return data_.data(); }
    auto begin() { return data_.begin(); }
    auto end() { return data_.end(); }
    auto begin() const { return data_.begin(); }
    auto end() const { return data_.end(); }

    /// The element at these indices, one per extent. Throws ShapeError for another number of them and for one
    /// that lies outside.
    template <class... Index>
    const T& operator()(Index... index) const& {
        return data_[offset({static_cast<Size>(index)...})];
    }
    template <class... Index>
    T& operator()(Index... index) & {
        return data_[offset({static_cast<Size>(index)...})];
    }
    template <class... Index>
    T operator()(Index... index) && {
        return data_[offset({static_cast<Size>(index)...})];
    }

    /// An xtensor container with the same elements.
    template <class X>
    requires requires(X x) {
        X::from_shape(typename X::shape_type{});
        x.storage();
    }
    operator X() const {
        typename X::shape_type shape{};
        if constexpr (requires { shape.resize(0); })
            shape.resize(shape_.size());
        else if (shape.size() != shape_.size())
            throw ShapeError(message("strata: a tensor of the shape ",
                                     detail::text_of(shape_.data(), shape_.size()),
                                     " goes into a container of as many dimensions, not ", shape.size()));
        for (Size i = 0; i < shape_.size(); ++i) shape[i] = shape_[i];
        X result = X::from_shape(shape);
        for (Size i = 0; i < data_.size(); ++i)
            result.data()[i] = static_cast<typename X::value_type>(data_[i]);
        return result;
    }

private:
    static Size elements_of(const std::vector<Size>& shape) {
        Size elements = 1;
        for (const Size extent : shape) elements *= extent;
        return elements;
    }
    template <Size N>
    Size offset(const Size (&index)[N]) const {
        Size at = 0;
        bool inside = N == shape_.size();
        for (Size i = 0; inside && i < N; ++i) {
            inside = index[i] < shape_[i];
            at = at * shape_[i] + index[i];
        }
        if (!inside)
            throw ShapeError(message("strata: the indices ", detail::text_of(index, N),
                                     " lie outside of a tensor of the shape ",
                                     detail::text_of(shape_.data(), shape_.size())));
        return at;
    }

    std::vector<Size> shape_;
    std::vector<T> data_;
};

template <class X>
inline constexpr bool is_host_tensor = false;
template <class T>
inline constexpr bool is_host_tensor<HostTensor<T>> = true;

}  // namespace strata
