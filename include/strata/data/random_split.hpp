#pragma once
// Parts of a dataset.
//
//   auto [train, validation] = st::random_split(dataset, {55000, 5000});
//   auto [train, validation] = st::random_split(dataset, {0.9, 0.1});
//
// After `manual_seed(s)` the parts hold the samples that PyTorch gives after torch.manual_seed(s).
// Source: https://pytorch.org/docs/1.13/data.html#torch.utils.data.random_split

#include <array>
#include <cmath>
#include <strata/core/message.hpp>
#include <strata/data/dataset.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

namespace strata {

/// The samples of `dataset` that `indices` name, in their order. Refers to the dataset, which must outlive
/// it. Throws ValueError for an index that the dataset does not have.
template <Dataset D>
class Subset {
    using Traits = DatasetTraits<D>;

public:
    using sample_shape = typename Traits::sample_shape;
    using target_shape = typename Traits::target_shape;
    using value_type = typename Traits::value_type;
    using target_type = typename Traits::target_type;

    Subset(const D& dataset, std::vector<std::int64_t> indices)
        : dataset_(&dataset), indices_(std::move(indices)) {
        const Size size = static_cast<Size>(dataset.size());
        for (const std::int64_t index : indices_)
            if (index < 0 || static_cast<Size>(index) >= size)
                throw ValueError(
                    message("strata: Subset: index ", index, " of a dataset of ", size, " samples"));
    }
    Subset(const D&&, std::vector<std::int64_t>) = delete;  // give the dataset a name first

    Size size() const { return indices_.size(); }
    decltype(auto) get(Size i) const {
        detail::check_sample_index(i, size());
        return dataset_->get(static_cast<Size>(indices_[i]));
    }
    void gather(const std::int64_t* indices, Size count, value_type* x, target_type* y) const {
        constexpr Size block = 64;  // indices translated at a time, so that nothing is allocated
        std::int64_t translated[block];
        for (Size done = 0; done < count; done += block) {
            const Size now = count - done < block ? count - done : block;
            for (Size i = 0; i < now; ++i) translated[i] = indices_[static_cast<Size>(indices[done + i])];
            Traits::gather(*dataset_, translated, now, x + done * Traits::sample_size,
                           y + done * Traits::target_size);
        }
    }

    /// Parts of parts are gathered like any dataset.
    auto stored() const requires requires(const D& whole) {
        whole.stored();
        requires !requires { whole.indices(); };
    }
    {
        auto samples = dataset_->stored();
        samples.indices = indices_.data();
        return samples;
    }

    const D& dataset() const { return *dataset_; }
    const std::vector<std::int64_t>& indices() const { return indices_; }

private:
    const D* dataset_;
    std::vector<std::int64_t> indices_;
};

/// The size of one part: samples (an integer) or a fraction (a floating-point number).
struct PartLength {
    template <std::integral I>
    PartLength(I samples) : value(static_cast<double>(samples)), is_fraction(false) {}
    template <std::floating_point F>
    PartLength(F fraction) : value(static_cast<double>(fraction)), is_fraction(true) {}

    double value;
    bool is_fraction;
};

namespace detail {

/// Lengths as numbers of samples. As in PyTorch, what fractions leave over goes to the parts in turn.
[[gnu::cold]] inline void resolve_lengths(const PartLength* lengths, Size parts, Size size, Size* samples) {
    double sum = 0;
    Size fractions = 0, assigned = 0;
    std::string list;
    for (Size i = 0; i < parts; ++i) {
        const double value = lengths[i].value;
        std::string text = std::to_string(value);
        if (!lengths[i].is_fraction) text.resize(text.find('.'));
        list += (i > 0 ? " + " : "") + text;
        if (!(value >= 0))
            throw ValueError(
                message("strata: random_split: a length is ", text, ", and it must be at least 0"));
        fractions += lengths[i].is_fraction;
        sum += value;
    }
    if (fractions != 0 && fractions != parts)
        throw ValueError(message("strata: random_split: the lengths ", list,
                                 " mix numbers of samples with fractions; use one or the other"));
    if (fractions != 0 ? std::fabs(sum - 1) > 1e-9 : sum != static_cast<double>(size))
        throw ValueError(
            message("strata: random_split: the lengths ", list, " add up to ",
                    (fractions ? std::to_string(sum) + ", but fractions must add up to 1"
                               : std::to_string(static_cast<long long>(sum)) + ", but the dataset has " +
                                     std::to_string(size) + " samples")));
    for (Size i = 0; i < parts; ++i) {
        samples[i] = static_cast<Size>(fractions ? std::floor(static_cast<double>(size) * lengths[i].value)
                                                 : lengths[i].value);
        if (samples[i] > size - assigned) samples[i] = size - assigned;  // fractions a hair above 1
        assigned += samples[i];
    }
    for (Size i = 0; assigned < size; i = (i + 1) % parts, ++assigned) ++samples[i];
}

}  // namespace detail

/// Deals the samples out at random: `lengths` are numbers of samples that add up to the dataset's size, or
/// fractions that add up to 1. The parts refer to the dataset, which must outlive them. Throws ValueError.
template <class D, Size Parts>
auto random_split(D&& dataset, const PartLength (&lengths)[Parts],
                  Generator& generator = default_generator()) {
    static_assert(std::is_lvalue_reference_v<D>,
                  "strata: the parts of random_split refer to the dataset; give it a name that outlives them "
                  "(docs/errors.md#dataset)");
    using Part = Subset<std::remove_cvref_t<D>>;
    const Size size = static_cast<Size>(dataset.size());
    Size samples[Parts];
    detail::resolve_lengths(lengths, Parts, size, samples);
    const std::vector<std::int64_t> order = randperm_(size, generator);
    auto next = order.begin();
    return [&]<Size... I>(std::index_sequence<I...>) {
        return std::array<Part, Parts>{
            Part(dataset, {next, next += static_cast<std::ptrdiff_t>(samples[I])})...};
    }
    (std::make_index_sequence<Parts>{});
}

}  // namespace strata
