#pragma once
// A DataLoader's batches on a device. Samples that lie in memory as they are and fit are copied to the device
// once, as they are stored (bytes stay bytes), and batches are gathered there; only the epoch's order of
// samples travels. Others are prepared on the host and copied two batches ahead of the device.

#include <memory>
#include <strata/core/operations/loss_report.hpp>
#include <strata/data/batch_source.hpp>
#include <strata/training/before.hpp>

namespace strata::detail {

/// Work for one thread of the device: the position of the next batch in the order.
struct AdvancePosition {
    Size* position;
    Size count;

    STRATA_HOST_DEVICE void operator()() const { *position += count; }
};

/// A number that no other source of batches has: memory that one leaves may be another's later.
inline Size new_source_number() {
    static Size last = 0;
    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

/// The samples of a dataset on the device.
template <class Device, class D>
class ResidentSamples {
    using Traits = DatasetTraits<D>;
    using Stored = decltype(std::declval<const D&>().stored());
    using X = typename Traits::value_type;
    using Y = typename Traits::target_type;

public:
    ResidentSamples(const Device& device, const D& dataset, Size batch_size) : device_(device) {
        const Stored stored = dataset.stored();
        inputs_.resize(stored.samples * Traits::sample_size);
        inputs_.copy_from(stored.x);
        targets_.resize(stored.samples * Traits::target_size);
        targets_.copy_from(stored.y);
        x_.resize(batch_size * Traits::sample_size);
        y_.resize(batch_size * Traits::target_size);
        position_.resize(1);
    }
    static Size bytes(const D& dataset) {
        const Stored stored = dataset.stored();
        return stored.samples *
               (Traits::sample_size * sizeof(*stored.x) + Traits::target_size * sizeof(*stored.y));
    }

    template <class Run>
    void epoch(const D& dataset, std::vector<std::int64_t>& order, Size batch_size, Size batches,
               const Run& run) {
        const std::int64_t* const indices = dataset.stored().indices;
        if (indices != nullptr)
            for (std::int64_t& index : order) index = indices[index];
        order_.resize(order.size());
        order_.copy_from(order.data());
        device_.once(Store<Size>{position_.data(), 0});
        for (Size item = 0; item < batches; ++item) {
            const Size rest = order.size() - item * batch_size, count = rest < batch_size ? rest : batch_size;
            run(BatchView<const X, Device, typename Traits::sample_shape>{x_.data(), count},
                BatchView<const Y, Device, typename Traits::target_shape>{y_.data(), count},
                GatherWork{*this, count});
        }
    }

private:
    /// What a step begins and ends with.
    struct GatherWork {
        ResidentSamples& samples;
        Size count;

        void operator()() const {
            samples.device_.gather_samples(
                samples.inputs_.data(), Traits::sample_size, samples.targets_.data(), Traits::target_size,
                samples.order_.data(), samples.position_.data(), count, samples.x_.data(), samples.y_.data());
        }
        AdvancePosition then() const { return {samples.position_.data(), count}; }
        Size source() const { return samples.number_; }
    };

    template <class Pointer>
    using BufferOf = typename Device::template Buffer<std::remove_const_t<std::remove_pointer_t<Pointer>>>;

    Device device_;
    Size number_ = new_source_number();
    BufferOf<decltype(Stored::x)> inputs_{"the dataset's inputs"};
    BufferOf<decltype(Stored::y)> targets_{"the dataset's targets"};
    typename Device::template Buffer<X> x_{"a batch"};
    typename Device::template Buffer<Y> y_{"a batch"};
    typename Device::template Buffer<std::int64_t> order_{"the order of the samples"};
    typename Device::template Buffer<Size> position_{"the position in the order"};
};

/// Batches that the host prepares and the device receives ahead of time.
template <class Device, class D>
class StreamedBatches {
    using Traits = DatasetTraits<D>;
    using X = typename Traits::value_type;
    using Y = typename Traits::target_type;
    static constexpr Size ahead = 2, slots = ahead + 1;

public:
    StreamedBatches(const Device& device, Size batch_size)
        : device_(device), targets_at_((batch_size * Traits::sample_size * sizeof(X) + 255) / 256 * 256),
          uploads_(device_, slots, targets_at_ + batch_size * Traits::target_size * sizeof(Y)) {}

    template <class Run>
    void epoch(BatchSource<D>& source, const Run& run) {
        Size sent = 0, used = 0, counts[slots] = {};
        bool more = true;
        for (;;) {
            for (; more && sent < used + slots; ++sent) {
                more = source.next();
                if (!more) break;
                counts[sent % slots] = send(source.views(), sent % slots);
            }
            if (used == sent) return;
            const Size slot = used++ % slots;
            char* const at = static_cast<char*>(uploads_.device(slot));
            uploads_.begin_use(slot);
            run(BatchView<const X, Device, typename Traits::sample_shape>{reinterpret_cast<const X*>(at),
                                                                          counts[slot]},
                BatchView<const Y, Device, typename Traits::target_shape>{
                    reinterpret_cast<const Y*>(at + targets_at_), counts[slot]},
                NothingBefore{});
            uploads_.end_use(slot);
        }
    }

private:
    Size send(const BatchViews<D>& batch, Size slot) {
        char* const at = static_cast<char*>(uploads_.host(slot));
        const Size target_bytes = batch.y.size() * sizeof(Y);
        __builtin_memcpy(at, batch.x.data, batch.x.size() * sizeof(X));
        __builtin_memcpy(at + targets_at_, batch.y.data, target_bytes);
        uploads_.send(slot, targets_at_ + target_bytes);
        return batch.x.batch;
    }

    Device device_;
    Size targets_at_;
    typename Device::Uploads uploads_;
};

/// One or the other, as the dataset's size and the device's memory have it.
template <class Device, class Loader>
class DeviceBatchFeed {
    using D = typename Loader::dataset_type;
    static constexpr bool lies_in_memory = requires(const D& dataset) { dataset.stored(); };

public:
    DeviceBatchFeed(const Loader& loader, const Device& device) : loader_(&loader), device_(device) {}

    template <class Run>
    void epoch(const Run& run) {
        const D& dataset = loader_->dataset();
        const DataLoaderOptions& options = loader_->options();
        const Size samples = static_cast<Size>(dataset.size());
        if (samples == 0) return;
        const Size batch_size = options.batch_size < samples ? options.batch_size : samples;
        if constexpr (lies_in_memory) {
            // Half of what is free is left to the model.
            if (!streamed_ && !resident_ && Resident::bytes(dataset) <= Device::free_memory() / 2)
                resident_ = std::make_unique<Resident>(device_, dataset, batch_size);
            if (resident_) {
                draw_order(samples, options.shuffle, order_);
                return resident_->epoch(dataset, order_, batch_size, count_batches(samples, options), run);
            }
        }
        if (!streamed_) streamed_ = std::make_unique<StreamedBatches<Device, D>>(device_, batch_size);
        source_.start(loader_->kept_dataset(), options);
        struct StopAtEnd {  // the workers, if a step throws
            BatchSource<D>& source;
            ~StopAtEnd() { source.stop(); }
        } const stop{source_};
        streamed_->epoch(source_, run);
    }

private:
    struct Nothing {};
    using Resident = std::conditional_t<lies_in_memory, ResidentSamples<Device, D>, Nothing>;

    const Loader* loader_;
    Device device_;
    std::unique_ptr<Resident> resident_;
    std::unique_ptr<StreamedBatches<Device, D>> streamed_;
    BatchSource<D> source_;
    std::vector<std::int64_t> order_;
};

}  // namespace strata::detail
