#pragma once
// MNIST and Fashion-MNIST from their files, plain or compressed with gzip (link with -lz).
//
//   auto [train, test] = st::datasets::mnist("data/mnist");     // 60000 and 10000 images of (1, 28, 28)
//
// Sources: Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist; H. Xiao, K. Rasul, R. Vollgraf,
// https://github.com/zalandoresearch/fashion-mnist.

#include <cstdlib>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/data/idx.hpp>
#include <strata/data/image_dataset.hpp>
#include <string>

namespace strata::datasets {

/// Grey images of 28 x 28 pixels in ten classes: MNIST, Fashion-MNIST, drawn digits.
using Mnist = ImageDataset<Shape<1, 28, 28>, 10>;

/// Where data is looked for unless a directory is given: $STRATA_DATA_DIR/name, or data/name.
[[gnu::cold]] std::string default_directory(const std::string& name);

namespace detail {

inline constexpr Mnist::ClassNames digit_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
inline constexpr Mnist::ClassNames fashion_names = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};

/// The four files of MNIST, in the order that `MnistFiles` keeps them.
inline constexpr const char* mnist_names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                              "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

/// Where the four files are; an empty path for each that is not there.
struct MnistFiles {
    [[gnu::cold]] explicit MnistFiles(const std::string& directory);
    std::string path[4];
    Size found = 0;
};

/// One pair of files. Throws FileError naming both unless they belong together.
[[gnu::cold]] Mnist read_mnist(const std::string& image_path, const std::string& label_path,
                               const Mnist::ClassNames& class_names);

[[gnu::cold]] TrainAndTest<Mnist> read_mnist(const std::string& directory, const std::string& name,
                                             const std::string& how_to_get,
                                             const Mnist::ClassNames& class_names);

}  // namespace detail

/// The handwritten digits. Throws FileError if a file is missing, damaged, or not of MNIST's form.
[[gnu::cold]] TrainAndTest<Mnist> mnist(const std::string& directory = default_directory("mnist"));

/// Ten kinds of clothing in MNIST's form. Throws FileError as `mnist`.
[[gnu::cold]] TrainAndTest<Mnist>
fashion_mnist(const std::string& directory = default_directory("fashion_mnist"));

}  // namespace strata::datasets

#if STRATA_HAS_BODIES
#include <unistd.h>

namespace strata::datasets {

STRATA_FUNCTION std::string default_directory(const std::string& name) {
    const char* root = std::getenv("STRATA_DATA_DIR");
    return std::string(root != nullptr && *root != '\0' ? root : "data") + "/" + name;
}

}  // namespace strata::datasets
namespace strata::datasets::detail {

STRATA_FUNCTION MnistFiles::MnistFiles(const std::string& directory) {
    for (Size i = 0; i < 4; ++i) {
        const std::string dashed = mnist_names[i];
        std::string dotted = dashed;
        dotted[dashed.find("-idx")] = '.';  // as some tools unpack it
        for (const std::string& name : {dashed, dashed + ".gz", dotted, dotted + ".gz"}) {
            if (!path[i].empty() || ::access((directory + "/" + name).c_str(), F_OK) != 0) continue;
            path[i] = directory + "/" + name;
            ++found;
        }
    }
}

STRATA_FUNCTION Mnist read_mnist(const std::string& image_path, const std::string& label_path,
                                 const Mnist::ClassNames& class_names) {
    IdxImages images = read_idx_images(image_path);
    std::vector<std::uint8_t> labels = read_idx_labels(label_path);
    const auto number = [](Size value) { return std::to_string(value); };
    if (images.rows != 28 || images.columns != 28)
        throw FileError(message(image_path, ": size of an image: found ", number(images.rows), " x ",
                                number(images.columns), ", expected 28 x 28"));
    if (images.count != labels.size())
        throw FileError(message(image_path, " holds ", number(images.count), " images, but ", label_path,
                                " holds ", number(labels.size()),
                                " labels; are the two files of the same set?"));
    for (Size i = 0; i < labels.size(); ++i)
        if (labels[i] >= Mnist::classes)
            throw FileError(message(label_path, ": label ", number(i), ": found ", number(labels[i]),
                                    ", expected at most 9 (its images: ", image_path, ")"));
    return Mnist(std::move(images.pixels), std::move(labels), class_names);
}

STRATA_FUNCTION TrainAndTest<Mnist> read_mnist(const std::string& directory, const std::string& name,
                                               const std::string& how_to_get,
                                               const Mnist::ClassNames& class_names) {
    const MnistFiles files(directory);
    if (files.found < 4) {
        std::string missing;
        for (Size i = 0; i < 4; ++i)
            if (files.path[i].empty()) missing += (missing.empty() ? "" : ", ") + std::string(mnist_names[i]);
        throw FileError(message(
            directory, ": ", (::access(directory.c_str(), F_OK) == 0 ? "" : "there is no such directory; "),
            name, " needs ", missing, " there, plain or with .gz. ", how_to_get));
    }
    return {read_mnist(files.path[0], files.path[1], class_names),
            read_mnist(files.path[2], files.path[3], class_names)};
}

}  // namespace strata::datasets::detail
namespace strata::datasets {

STRATA_FUNCTION TrainAndTest<Mnist> mnist(const std::string& directory) {
    return detail::read_mnist(
        directory, "MNIST",
        "scripts/quickstart downloads them to $STRATA_DATA_DIR/mnist, or data/mnist (see README.md)",
        detail::digit_names);
}

STRATA_FUNCTION TrainAndTest<Mnist> fashion_mnist(const std::string& directory) {
    return detail::read_mnist(
        directory, "Fashion-MNIST",
        "Get them from https://github.com/zalandoresearch/fashion-mnist (folder data/fashion)",
        detail::fashion_names);
}

}  // namespace strata::datasets
#endif
