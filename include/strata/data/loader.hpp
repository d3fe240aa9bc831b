#pragma once
// Batches of a dataset, in order or shuffled.
//
//   st::DataLoader loader{train, {.batch_size = 64, .shuffle = true}};
//   for (auto [x, y] : loader) { ... }     // x: (batch, sample shape...), y: (batch) or (batch, target shape...)
//
// After `manual_seed(s)` the batches hold the samples that PyTorch's DataLoader gives after
// torch.manual_seed(s), for any number of workers.
// Source: https://pytorch.org/docs/1.13/data.html

#include <cstddef>
#include <iterator>
#include <memory>
#include <strata/core/refuse_option.hpp>
#include <strata/data/batch_source.hpp>
#include <string>
#include <vector>

namespace strata {

/// What a loop over a loader yields: xtensor adaptors. Defined in data_loader.hpp.
template <Dataset D>
struct Batch;

namespace detail {

/// The sources of a loader's epochs. One that an epoch gives up waits for the next.
template <class D>
struct SourcePool final : Counted, Pool<BatchSource<D>> {};

/// A loader's hold on its sources. Each loader has its own, whatever it is copied or moved from.
template <class D>
class LoaderSources {
public:
    LoaderSources() = default;
    LoaderSources(const LoaderSources&) {}
    LoaderSources& operator=(const LoaderSources&) { return *this; }

    SourcePool<D>& operator*() const { return *pool_; }
    const Shared<SourcePool<D>>& shared() const { return pool_; }

private:
    Shared<SourcePool<D>> pool_{new SourcePool<D>};
};

/// The source of one epoch, whose workers end with it.
template <class D>
class RunningSource {
public:
    explicit RunningSource(SourcePool<D>& pool) : source_(pool.take()) {}
    RunningSource(RunningSource&&) noexcept = default;
    RunningSource& operator=(RunningSource&& other) noexcept {
        std::swap(source_, other.source_);
        return *this;
    }
    [[gnu::cold]] ~RunningSource() {
        if (source_) source_->stop();
    }
    BatchSource<D>* operator->() const { return source_.get(); }

private:
    Shared<BatchSource<D>> source_;
};

/// Goes through one epoch; move-only, because it owns the epoch's memory. `Item` is Batch, which holds its
/// memory, or BatchViews, which are valid until the iterator moves on.
template <class D, class Item>
class BatchIterator {
public:
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    [[gnu::cold]] BatchIterator(SourcePool<D>& sources, const Kept<D>& dataset,
                                const DataLoaderOptions& options)
        : source_(sources) {
        source_->start(dataset, options);
        there_ = source_->next();
    }

    Item operator*() const {
        const BatchViews<D>& views = source_->views();
        if constexpr (std::is_same_v<Item, BatchViews<D>>)
            return views;
        else
            return {decltype(Item::x)(views.x, source_->owner()),
                    decltype(Item::y)(views.y, source_->owner())};
    }
    BatchIterator& operator++() {
        there_ = source_->next();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const BatchIterator& it, std::default_sentinel_t) { return !it.there_; }

private:
    RunningSource<D> source_;
    bool there_ = false;
};

}  // namespace detail

/// Batches of a dataset. The loader keeps the dataset: one that is given by name is copied, and copies of the
/// library's data sets share their samples; kept.hpp lists the other ways. One thread at a time may use a
/// loader; it may go through several epochs at once. Throws ValueError for a batch size of 0. Batches throw
/// what the dataset's `get` throws.
template <class D>
class DataLoader {
public:
    using dataset_type = std::remove_cvref_t<D>;
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

    template <class Given>
    requires(!std::is_same_v<std::remove_cvref_t<Given>, DataLoader>)
        [[gnu::cold]] explicit DataLoader(Given&& dataset, const DataLoaderOptions& options = {})
        : options_(options) {
        constexpr Size most_workers = 1024;
        if (options.batch_size == 0) refuse_option("DataLoader", "batch_size", 0, "at least 1");
        if (options.num_workers > most_workers)
            refuse_option("DataLoader", "num_workers", options.num_workers, "at most ", most_workers);
        if constexpr (Dataset<dataset_type>) dataset_ = detail::keep<Known>(std::forward<Given>(dataset));
    }

    /// Options in a row are refused.
    template <class Given, class Number, class... More>
    requires std::is_arithmetic_v<Number> DataLoader(Given&& dataset, const Number&, const More&...)
        : DataLoader(std::forward<Given>(dataset)) {
        constexpr bool the_options_stand_in_braces = detail::never<Given>;
        static_assert(the_options_stand_in_braces,
                      "strata: the options of a loader stand in braces, each with its name: "
                      "DataLoader{dataset, {.batch_size = 64, .shuffle = true}} (docs/errors.md#dataset)");
    }

    /// The number of batches in an epoch.
    Size size() const { return detail::count_batches(static_cast<Size>(dataset_->size()), options_); }
    Size batch_size() const { return options_.batch_size; }
    const DataLoaderOptions& options() const& { return options_; }
    DataLoaderOptions options() const&& { return options_; }
    /// The data set as the loader keeps it.
    const Known& dataset() const& { return *dataset_; }
    Known dataset() const&& { return *dataset_; }
    const detail::Kept<Known>& kept_dataset() const { return dataset_; }

    /// Begins an epoch: shuffles, and starts the workers.
    auto begin() const { return detail::BatchIterator<Known, Batch<Known>>(*sources_, dataset_, options_); }
    std::default_sentinel_t end() const { return {}; }

    /// The same batches as BatchViews, without the cost of xtensor adaptors, and valid until the loop goes on:
    /// `for (auto [x, y] : loader.views())`.
    auto views() const { return Views(sources_.shared(), dataset_, options_); }

private:
    using Sources = detail::Shared<detail::SourcePool<Known>>;
    struct Views {
        Views(const Sources& the_sources, const detail::Kept<Known>& the_dataset,
              const DataLoaderOptions& the_options)
            : sources(the_sources), dataset(the_dataset), options(the_options) {}
        Views(const Views&) = default;  // and no other, so that none is left with nothing

        Sources sources;
        detail::Kept<Known> dataset;
        DataLoaderOptions options;

        auto begin() const {
            return detail::BatchIterator<Known, BatchViews<Known>>(*sources, dataset, options);
        }
        std::default_sentinel_t end() const { return {}; }
    };

    detail::Kept<Known> dataset_;
    DataLoaderOptions options_;
    detail::LoaderSources<Known> sources_;
};

/// The type under which a loader that only referred to its data set was known. It keeps it, too.
template <class D>
class DataLoader<const D&> : public DataLoader<D> {
public:
    using DataLoader<D>::DataLoader;
    DataLoader(const DataLoader<D>& other) : DataLoader<D>(other) {}
};

template <class D>
DataLoader(const D&, const DataLoaderOptions& = {}) -> DataLoader<detail::kept_type<D>>;
template <class D>
requires(!std::is_lvalue_reference_v<D>) DataLoader(D&&, const DataLoaderOptions& = {})
->DataLoader<detail::kept_type<D>>;
template <class D, class Number, class... More>
requires std::is_arithmetic_v<Number> DataLoader(const D&, Number, More...)
->DataLoader<detail::kept_type<D>>;

}  // namespace strata
