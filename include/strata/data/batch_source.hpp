#pragma once
// One pass over a dataset, batch after batch: the order of the samples, the memory that batches are gathered
// in, and the workers if there are any. A loader keeps it from epoch to epoch, so that only the first one
// allocates.

#include <memory>
#include <strata/backends/cpu/memory.hpp>
#include <strata/core/tensor.hpp>
#include <strata/data/dataset.hpp>
#include <strata/data/prefetch.hpp>
#include <strata/fwd.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

namespace strata {

/// What a DataLoader is told; the defaults are PyTorch's.
struct DataLoaderOptions {
    Size batch_size = 1;     ///< samples in a batch
    bool shuffle = false;    ///< a new order in every epoch, drawn from the default generator
    bool drop_last = false;  ///< leaves out a last batch that is not full
    /// Threads that prepare batches ahead; 0: each is prepared when it is asked for, which is quicker where a
    /// batch takes only a few microseconds, as it does from memory.
    Size num_workers = 0;
};

/// A batch as kernels see it.
template <Dataset D>
struct BatchViews {
    BatchView<const typename DatasetTraits<D>::value_type, Cpu, typename D::sample_shape> x;
    BatchView<const typename DatasetTraits<D>::target_type, Cpu, typename DatasetTraits<D>::target_shape> y;
};

namespace detail {

constexpr Size count_batches(Size samples, const DataLoaderOptions& options) {
    const Size full = samples / options.batch_size;
    return !options.drop_last && samples % options.batch_size != 0 ? full + 1 : full;
}

/// The order of an epoch's samples: 0, 1, 2, ..., or drawn from the default generator. Draws what PyTorch's
/// DataLoader draws, in its order.
[[gnu::cold]] inline void draw_order(Size samples, bool shuffle, std::vector<std::int64_t>& order) {
    random_int64(default_generator());  // PyTorch's seed for its workers
    order.resize(samples);
    if (shuffle) {
        Generator generator(static_cast<std::uint64_t>(random_int64(default_generator())));
        randperm_(order.data(), samples, generator);
    } else {
        for (Size i = 0; i < samples; ++i) order[i] = static_cast<std::int64_t>(i);
    }
}

template <Dataset D>
class BatchSource {
    using Traits = DatasetTraits<D>;

public:
    /// Begins an epoch.
    [[gnu::cold]] void start(const D& dataset, const DataLoaderOptions& options) {
        dataset_ = &dataset;
        samples_ = static_cast<Size>(dataset.size());
        batch_size_ = options.batch_size < samples_ ? options.batch_size : samples_;
        batches_ = count_batches(samples_, options);
        next_ = 0;
        in_place_ = Traits::is_contiguous && !options.shuffle;
        if (in_place_) {
            random_int64(default_generator());  // as `draw_order` does
            return;
        }
        draw_order(samples_, options.shuffle, order_);
        const Size workers = options.num_workers < batches_ ? options.num_workers : batches_;
        prefetches_ = workers > 0;
        // Two batches ahead per worker, and the one that is being used.
        buffers_.resize(prefetches_ ? 2 * workers + 1 : 1);
        for (Buffers& buffers : buffers_) {
            buffers.x.resize(batch_size_ * Traits::sample_size);
            buffers.y.resize(batch_size_ * Traits::target_size);
        }
        if (prefetches_) prefetch_.start(workers, batches_, buffers_.size(), &BatchSource::work, this);
    }

    /// Moves on to the next batch, if there is one. The batch before is overwritten.
    bool next() {
        if (next_ == batches_) {
            stop();
            return false;
        }
        const Size item = next_++, count = count_of(item);
        if constexpr (Traits::is_contiguous) {
            if (in_place_) {
                const typename Traits::Pointers at = dataset_->contiguous(item * batch_size_);
                views_ = {{at.first, count}, {at.second, count}};
                return true;
            }
        }
        const Size slot = prefetches_ ? prefetch_.take(item) : 0;
        if (!prefetches_) gather(item, slot);
        views_ = {{buffers_[slot].x.data(), count}, {buffers_[slot].y.data(), count}};
        return true;
    }
    const BatchViews<D>& views() const { return views_; }

    /// Ends an epoch early.
    void stop() {
        if (prefetches_) prefetch_.stop();
        prefetches_ = false;
    }

private:
    struct Buffers {
        cpu::Buffer<typename Traits::value_type> x;
        cpu::Buffer<typename Traits::target_type> y;
    };

    Size count_of(Size item) const {
        const Size rest = samples_ - item * batch_size_;
        return rest < batch_size_ ? rest : batch_size_;
    }
    void gather(Size item, Size slot) {
        Traits::gather(*dataset_, order_.data() + item * batch_size_, count_of(item), buffers_[slot].x.data(),
                       buffers_[slot].y.data());
    }
    static void work(void* self, Size item, Size slot) {
        static_cast<BatchSource*>(self)->gather(item, slot);
    }

    const D* dataset_ = nullptr;
    Size samples_ = 0, batch_size_ = 0, batches_ = 0, next_ = 0;
    bool in_place_ = false, prefetches_ = false;
    std::vector<std::int64_t> order_;
    std::vector<Buffers> buffers_;
    BatchViews<D> views_{};
    Prefetch prefetch_;  // last, so that its threads end before what they write to
};

}  // namespace detail
}  // namespace strata
