#pragma once
// The batch that a loop over a DataLoader yields, `for (auto [x, y] : loader)`; the loader itself is in loader.hpp,
// which does without xtensor.

#include <strata/backends/cpu/user_tensors.hpp>
#include <strata/data/loader.hpp>

namespace strata {

/// A batch as xtensor adaptors, rank one more than a sample. They show memory of the loader, or the dataset's
/// own where nothing needs to be copied, and hold it: an adaptor and its copies stay as they are, whatever
/// becomes of the loop, the loader and the dataset.
template <Dataset D>
struct Batch {
    using Traits = DatasetTraits<D>;

    cpu::BatchTensor<const typename Traits::value_type, typename Traits::sample_shape> x;
    cpu::BatchTensor<const typename Traits::target_type, typename Traits::target_shape> y;
};

}  // namespace strata
