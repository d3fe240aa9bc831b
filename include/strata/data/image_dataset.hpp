#pragma once
// Images kept as bytes, one label each. A batch of them is numbers between 0 and 1.

#include <array>
#include <strata/backends/cpu/gather.hpp>
#include <strata/core/message.hpp>
#include <strata/data/kept.hpp>
#include <vector>

namespace strata {

/// Images of `ImageShape` (channels, rows, columns) of `Classes` classes. An input is pixel / 255, a target
/// the class index. Copies share the images. Throws ShapeError when the number of bytes does not fit the number of labels, ValueError
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
        : images_(Kept::of(std::move(pixels), std::move(labels), class_names)) {
        const auto& [bytes, classes_of, names] = *images_;
        if (bytes.size() != classes_of.size() * image_size)
            throw ShapeError(message("strata: ImageDataset: ", bytes.size(), " bytes of pixels for ",
                                     classes_of.size(), " labels, but an image has ", image_size, " bytes"));
        for (Size i = 0; i < classes_of.size(); ++i)
            if (classes_of[i] >= Classes)
                throw ValueError(message("strata: ImageDataset: label ", i, " is ", classes_of[i],
                                         ", but there are ", Classes, " classes"));
    }

    Size size() const { return images_->labels.size(); }
    auto get(Size i) const {
        std::array<float, image_size> x;
        cpu::GatherOperations::gather_bytes(pixels(i).data(), image_size, nullptr, 1, x.data());
        return Sample{x, std::int64_t{images_->labels[i]}};
    }
    void gather(const std::int64_t* indices, Size count, float* x, std::int64_t* y) const {
        const std::uint8_t* const labels = images_->labels.data();
        for (Size i = 0; i < count; ++i) y[i] = labels[indices[i]];
        cpu::GatherOperations::gather_bytes(images_->pixels.data(), image_size, indices, count, x);
    }

    StoredSamples<std::uint8_t, std::uint8_t> stored() const {
        return {images_->pixels.data(), images_->labels.data(), size()};
    }

    /// One image as bytes, a std::span that holds the images, and its class.
    detail::KeptSpan<std::uint8_t> pixels(Size i) const {
        detail::check_sample_index(i, size());
        return {images_->pixels.data() + i * image_size, image_size, images_.owner()};
    }
    Size label(Size i) const {
        detail::check_sample_index(i, size());
        return images_->labels[i];
    }
    const ClassNames& class_names() const& { return images_->class_names; }
    ClassNames class_names() const&& { return images_->class_names; }

    // All of them, for those who want the bytes: (n, channels, rows, columns) and (n). A temporary gives copies.
    const std::vector<std::uint8_t>& pixels() const& { return images_->pixels; }
    const std::vector<std::uint8_t>& labels() const& { return images_->labels; }
    std::vector<std::uint8_t> pixels() const&& { return images_->pixels; }
    std::vector<std::uint8_t> labels() const&& { return images_->labels; }

private:
    // A future option, such as Normalize{mean, std}, belongs into `gather`, beside the conversion.
    struct Images {
        std::vector<std::uint8_t> pixels;
        std::vector<std::uint8_t> labels;
        ClassNames class_names;
    };
    using Kept = detail::Kept<Images>;

    Kept images_;
};

/// What a data set with a fixed division consists of: `auto [train, test] = ...`.
template <class D>
struct TrainAndTest {
    D train, test;
};

}  // namespace strata
