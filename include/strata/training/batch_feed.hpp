#pragma once
// The way of the batches of a loader to a device, epoch after epoch: `feed.epoch(run)` calls run(x, y, before)
// for each of them. `before` is work that fills x and y and belongs to the step; on the host there is none.

#include <strata/models/to.hpp>
#include <strata/training/device_batch_feed.hpp>

namespace strata::detail {

template <class Loader>
decltype(auto) batches_of(Loader& loader) {
    if constexpr (requires { loader.views(); })
        return loader.views();
    else
        return (loader);
}

/// On the host, and for loaders that are not a DataLoader: batch by batch, as the loader yields them.
template <class Device, class Loader>
class BatchFeed {
public:
    BatchFeed(const Loader& loader, const Device&) : loader_(&loader) {}

    template <class Run>
    void epoch(const Run& run) {
        for (auto&& [x, y] : batches_of(*loader_)) run(to<Device>(x), to<Device>(y), NothingBefore{});
    }

private:
    const Loader* loader_;
};

template <class Device, class Loader>
requires requires(const Loader& loader) {
    typename Device::Uploads;
    loader.dataset();
    loader.options();
}
class BatchFeed<Device, Loader> : public DeviceBatchFeed<Device, Loader> {
    using DeviceBatchFeed<Device, Loader>::DeviceBatchFeed;
};

}  // namespace strata::detail
