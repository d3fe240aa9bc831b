#pragma once
// Images kept as bytes, one label each. A batch of them is numbers between 0 and 1.

#include <array>
#include <span>
#include <strata/backends/cpu/gather.hpp>
#include <strata/core/message.hpp>
#include <strata/data/dataset.hpp>
#include <vector>

namespace strata {

/// Images of `ImageShape` (channels, rows, columns) of `Classes` classes. An input is pixel / 255, a target
/// the class index. Throws ShapeError when the number of bytes does not fit the number of labels, ValueError
/// for a label beyond the classes.
template <class ImageShape, Size Classes>
class ImageDataset {
public:
    using sample_shape = ImageShape;
    using target_shape = Shape<>;
    using value_type = float;
    using target_type = std::int64_t;
    using ClassNames = std::array<const char*, Classes>;
    static constexpr Size classes = Classes;
    static constexpr Size image_size = ImageShape::dims.elements();

    /// `pixels`: (n, channels, rows, columns); `labels`: (n).
    ImageDataset(std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> labels,
                 const ClassNames& class_names)
        : pixels_(std::move(pixels)), labels_(std::move(labels)), class_names_(class_names) {
        if (pixels_.size() != labels_.size() * image_size)
            throw ShapeError(message("strata: ImageDataset: ", pixels_.size(), " bytes of pixels for ",
                                     labels_.size(), " labels, but an image has ", image_size, " bytes"));
        for (Size i = 0; i < labels_.size(); ++i)
            if (labels_[i] >= Classes)
                throw ValueError(message("strata: ImageDataset: label ", i, " is ", labels_[i],
                                         ", but there are ", Classes, " classes"));
    }

    Size size() const { return labels_.size(); }
    auto get(Size i) const {
        std::array<float, image_size> x;
        const std::span<const std::uint8_t> bytes = pixels(i);
        cpu::GatherOperations::gather_bytes(bytes.data(), image_size, nullptr, 1, x.data());
        return Sample{x, std::int64_t{labels_[i]}};
    }
    void gather(const std::int64_t* indices, Size count, float* x, std::int64_t* y) const {
        for (Size i = 0; i < count; ++i) y[i] = labels_[static_cast<Size>(indices[i])];
        cpu::GatherOperations::gather_bytes(pixels_.data(), image_size, indices, count, x);
    }

    StoredSamples<std::uint8_t, std::uint8_t> stored() const {
        return {pixels_.data(), labels_.data(), size()};
    }

    /// One image as bytes, and its class.
    std::span<const std::uint8_t> pixels(Size i) const {
        detail::check_sample_index(i, size());
        return {pixels_.data() + i * image_size, image_size};
    }
    Size label(Size i) const {
        detail::check_sample_index(i, size());
        return labels_[i];
    }
    const ClassNames& class_names() const { return class_names_; }

    // All of them, for those who want the bytes: (n, channels, rows, columns) and (n).
    const std::vector<std::uint8_t>& pixels() const { return pixels_; }
    const std::vector<std::uint8_t>& labels() const { return labels_; }

private:
    // A future option, such as Normalize{mean, std}, belongs into `gather`, beside the conversion.
    std::vector<std::uint8_t> pixels_;
    std::vector<std::uint8_t> labels_;
    ClassNames class_names_;
};

/// What a data set with a fixed division consists of: `auto [train, test] = ...`.
template <class D>
struct TrainAndTest {
    D train, test;
};

}  // namespace strata
