#pragma once
// Batches of a dataset, in order or shuffled.
//
//   st::DataLoader loader{train, {.batch_size = 64, .shuffle = true}};
//   for (auto [x, y] : loader) { ... }
//
// where x has the shape (batch, sample shape...) and y (batch) or (batch, target shape...).
//
// After `manual_seed(s)` the batches hold the samples that PyTorch's DataLoader gives after
// torch.manual_seed(s), for any number of workers.
// Source: https://pytorch.org/docs/1.13/data.html

#include <cstddef>
#include <iterator>
#include <memory>
#include <strata/core/message.hpp>
#include <strata/data/batch_source.hpp>
#include <string>
#include <vector>

namespace strata {

/// What a loop over a loader yields: xtensor adaptors. Defined in data_loader.hpp.
template <Dataset D>
struct Batch;

namespace detail {

/// Sources that wait for the next epoch. A copy of a loader begins with none.
template <class Source>
class SourcePool {
public:
    SourcePool() = default;
    SourcePool(const SourcePool&) {}
    SourcePool& operator=(const SourcePool&) { return *this; }

    std::unique_ptr<Source> take() {
        if (idle_.empty()) {
            idle_.reserve(++sources_);  // so that `give_back` never allocates
            return std::make_unique<Source>();
        }
        std::unique_ptr<Source> source = std::move(idle_.back());
        idle_.pop_back();
        return source;
    }
    void give_back(std::unique_ptr<Source> source) {
        source->stop();
        idle_.push_back(std::move(source));
    }

private:
    std::vector<std::unique_ptr<Source>> idle_;
    Size sources_ = 0;
};

/// Goes through one epoch; move-only, because it owns the epoch's memory. `Item` is Batch or BatchViews.
template <class D, class Item>
class BatchIterator {
    using Source = BatchSource<D>;

public:
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    BatchIterator(SourcePool<Source>& pool, const D& dataset, const DataLoaderOptions& options)
        : pool_(&pool), source_(pool.take()) {
        source_->start(dataset, options);
        there_ = source_->next();
    }
    BatchIterator(BatchIterator&&) noexcept = default;
    BatchIterator& operator=(BatchIterator&& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(source_, other.source_);
        std::swap(there_, other.there_);
        return *this;
    }
    ~BatchIterator() {
        if (source_) pool_->give_back(std::move(source_));
    }

    Item operator*() const {
        const BatchViews<D>& views = source_->views();
        return {decltype(Item::x)(views.x), decltype(Item::y)(views.y)};
    }
    BatchIterator& operator++() {
        there_ = source_->next();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const BatchIterator& it, std::default_sentinel_t) { return !it.there_; }

private:
    SourcePool<Source>* pool_;
    std::unique_ptr<Source> source_;
    bool there_ = false;
};

}  // namespace detail

/// Batches of a dataset. A dataset that has a name is referenced and must outlive the loader; a temporary is
/// kept. One thread at a time may use a loader; it may go through several epochs at once.
/// Throws ValueError for a batch size of 0. Batches throw what the dataset's `get` throws.
template <class Reference>
class DataLoader {
public:
    using dataset_type = std::remove_cvref_t<Reference>;
    static_assert(
        Dataset<dataset_type>,
        "strata: a dataset has `using sample_shape = strata::Shape<...>;`, `size() const` and `get(i) const` "
        "(docs/errors.md#dataset)");
    using Known = std::conditional_t<Dataset<dataset_type>, dataset_type, detail::NoDataset>;
    using Traits = DatasetTraits<Known>;
    using value_type = typename Traits::value_type;      ///< of the inputs
    using target_type = typename Traits::target_type;    ///< of the targets
    using sample_shape = typename Traits::sample_shape;  ///< without the batch
    using target_shape = typename Traits::target_shape;

    explicit DataLoader(Reference&& dataset, const DataLoaderOptions& options = {})
        : dataset_(static_cast<Reference&&>(dataset)), options_(options) {
        constexpr Size most_workers = 1024;
        if (options.batch_size == 0)
            throw ValueError("strata: DataLoader: batch_size is 0, and it must be at least 1");
        if (options.num_workers > most_workers)
            throw ValueError(message("strata: DataLoader: num_workers is ", options.num_workers,
                                     ", and it must be at most ", most_workers));
    }

    /// The number of batches in an epoch.
    Size size() const { return detail::count_batches(static_cast<Size>(dataset_.size()), options_); }
    Size batch_size() const { return options_.batch_size; }
    const DataLoaderOptions& options() const { return options_; }
    const dataset_type& dataset() const { return dataset_; }

    /// Begins an epoch: shuffles, and starts the workers.
    auto begin() const { return Views<Batch<Known>>{this}.begin(); }
    std::default_sentinel_t end() const { return {}; }

    /// The same batches as BatchViews, without the cost of xtensor adaptors:
    /// `for (auto [x, y] : loader.views())`.
    auto views() const& { return Views<BatchViews<Known>>{this}; }
    auto views() const&& = delete;  // the loader would be gone before the first batch

private:
    template <class Item>
    struct Views {
        const DataLoader* loader;
        auto begin() const {
            using Iterator = detail::BatchIterator<Known, Item>;
            if constexpr (Dataset<dataset_type>)
                return Iterator(loader->idle_, loader->dataset_, loader->options_);
            else
                return Iterator(loader->idle_, {}, {});
        }
        std::default_sentinel_t end() const { return {}; }
    };

    Reference dataset_;
    DataLoaderOptions options_;
    mutable detail::SourcePool<detail::BatchSource<Known>> idle_;
};

template <class D>
DataLoader(const D&, const DataLoaderOptions& = {}) -> DataLoader<const D&>;
template <class D>
requires(!std::is_lvalue_reference_v<D>) DataLoader(D&&, const DataLoaderOptions& = {})
->DataLoader<std::remove_const_t<D>>;

}  // namespace strata
