#pragma once
// The refusal of elements of a data set or a batch that would silently become others in another type.

#include <type_traits>

namespace strata::detail {

/// Refuses what would be something else afterwards: bytes as numbers (0 to 255, where images are numbers
/// between 0 and 1) and numbers as indices (without their fractions). PyTorch refuses both in the model.
template <class From, class To>
struct RefuseConversion {
    static constexpr bool the_elements_are_not_bytes =
        !(std::is_integral_v<From> && sizeof(From) == 1 && !std::is_same_v<From, bool> &&
          std::is_floating_point_v<To>);
    static constexpr bool the_elements_have_no_fractions =
        !(std::is_floating_point_v<From> && std::is_integral_v<To>);
    static_assert(
        the_elements_are_not_bytes,
        "strata: these are bytes where numbers belong, and nothing says whether 255 stands for 255 or "
        "for 1; write xt::cast<float>(x) / 255 or xt::cast<float>(x), or keep images as an "
        "ImageDataset, which scales them (docs/errors.md#dataset)");
    static_assert(the_elements_have_no_fractions,
                  "strata: these are numbers where indices belong, and their fractions would be lost; write "
                  "xt::cast<std::int64_t>(x) (docs/errors.md#dataset)");
};

}  // namespace strata::detail
