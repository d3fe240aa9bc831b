#pragma once
// One pass over a dataset, batch after batch: the order of the samples, the memory that batches are gathered
// in, and the workers if there are any. A loader keeps it from epoch to epoch, so that only the first one
// allocates. Memory that a batch of the user's still shows is left alone, and other memory taken.

#include <strata/backends/cpu/memory.hpp>
#include <strata/core/config.hpp>
#include <strata/core/tensor.hpp>
#include <strata/data/kept.hpp>
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

/// A batch as kernels see it. It shows memory that the next batch overwrites.
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
[[gnu::cold]] void draw_order(Size samples, bool shuffle, std::vector<std::int64_t>& order);

template <Dataset D>
class BatchSource final : public Counted {
    using Traits = DatasetTraits<D>;

public:
    /// Begins an epoch.
    [[gnu::cold]] void start(const Kept<D>& dataset, const DataLoaderOptions& options) {
        dataset_ = dataset;
        samples_ = static_cast<Size>(dataset->size());
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
        slots_.resize(prefetches_ ? 2 * workers + 1 : 0);
        for (Shared<Block>& slot : slots_) slot = {};  // so that all of them are there to be taken
        for (Shared<Block>& slot : slots_) slot = free_block();
        if (prefetches_) prefetch_.start(workers, batches_, slots_.size(), &BatchSource::work, this);
    }

    /// Moves on to the next batch, if there is one. The memory of the batch before is used again unless
    /// somebody else holds its owner.
    bool next() {
        views_ = {};
        owner_ = {};
        if (next_ == batches_) {
            stop();
            return false;
        }
        const Size item = next_++, count = count_of(item);
        if constexpr (Traits::is_contiguous) {
            if (in_place_) {
                const typename Traits::Pointers at = dataset_->contiguous(item * batch_size_);
                views_ = {{at.first, count}, {at.second, count}};
                owner_ = dataset_.owner();
                return true;
            }
        }
        Shared<Block> block;
        if (prefetches_) {
            Shared<Block>& slot = slots_[prefetch_.take(item)];
            block = free_block();
            std::swap(block, slot);  // the workers go on with the free one
        } else {
            block = free_block();
            gather(item, *block);
        }
        views_ = {{block->x.data(), count}, {block->y.data(), count}};
        owner_ = block;
        return true;
    }
    const BatchViews<D>& views() const { return views_; }
    /// What keeps the memory of the batch.
    const Owner& owner() const { return owner_; }

    /// Ends an epoch early.
    void stop() {
        if (prefetches_) prefetch_.stop();
        prefetches_ = false;
    }

private:
    struct Block final : Counted {
        cpu::Buffer<typename Traits::value_type> x;
        cpu::Buffer<typename Traits::target_type> y;
    };

    [[gnu::noinline]] Shared<Block> free_block() {
        constexpr Size held_by_others = 8;
        Shared<Block> block = blocks_.take(slots_.size() + held_by_others);
        block->x.resize(batch_size_ * Traits::sample_size);
        block->y.resize(batch_size_ * Traits::target_size);
        return block;
    }

    Size count_of(Size item) const {
        const Size rest = samples_ - item * batch_size_;
        return rest < batch_size_ ? rest : batch_size_;
    }
    void gather(Size item, Block& block) {
        Traits::gather(*dataset_, order_.data() + item * batch_size_, count_of(item), block.x.data(),
                       block.y.data());
    }
    static void work(void* context, Size item, Size slot) {
        BatchSource* const self = static_cast<BatchSource*>(context);
        self->gather(item, *self->slots_[slot]);
    }

    Kept<D> dataset_;
    Size samples_ = 0, batch_size_ = 0, batches_ = 0, next_ = 0;
    bool in_place_ = false, prefetches_ = false;
    std::vector<std::int64_t> order_;
    Pool<Block> blocks_;
    std::vector<Shared<Block>> slots_;  // what the workers write to
    BatchViews<D> views_{};
    Owner owner_;
    Prefetch prefetch_;  // last, so that its threads end before what they write to
};

}  // namespace detail
}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void draw_order(Size samples, bool shuffle, std::vector<std::int64_t>& order) {
    random_int64(default_generator());  // PyTorch's seed for its workers
    order.resize(samples);
    if (shuffle) {
        Generator generator(static_cast<std::uint64_t>(random_int64(default_generator())));
        randperm_(order.data(), samples, generator);
    } else {
        for (Size i = 0; i < samples; ++i) order[i] = static_cast<std::int64_t>(i);
    }
}

}  // namespace strata::detail
#endif
