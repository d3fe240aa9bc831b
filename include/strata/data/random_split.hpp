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
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/data/kept.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

namespace strata {

/// The samples of `dataset` that `indices` name, in their order. Keeps the dataset as a DataLoader does
/// (data/kept.hpp); copies share it. Throws ValueError for an index that the dataset does not have.
template <Dataset D>
class Subset {
    using Traits = DatasetTraits<D>;
    using Indices = detail::Kept<std::vector<std::int64_t>>;

public:
    using sample_shape = typename Traits::sample_shape;
    using target_shape = typename Traits::target_shape;
    using value_type = typename Traits::value_type;
    using target_type = typename Traits::target_type;

    template <class Given>
    requires(!std::is_same_v<std::remove_cvref_t<Given>, detail::Kept<D>>)
        Subset(Given&& dataset, std::vector<std::int64_t> indices)
        : Subset(detail::keep<D>(std::forward<Given>(dataset)), std::move(indices)) {}
    /// One of several parts that keep a dataset together.
    Subset(const detail::Kept<D>& dataset, std::vector<std::int64_t> indices)
        : dataset_(dataset), indices_(Indices::of(std::move(indices))) {
        const Size size = static_cast<Size>(dataset_->size());
        for (const std::int64_t index : *indices_)
            if (index < 0 || static_cast<Size>(index) >= size)
                throw ValueError(
                    message("strata: Subset: index ", index, " of a dataset of ", size, " samples"));
        rows_ = indices_;
        if constexpr (requires { dataset_->stored(); }) {
            if (const std::int64_t* const rows = dataset_->stored().indices) {
                std::vector<std::int64_t> own = *indices_;
                for (std::int64_t& index : own) index = rows[index];
                rows_ = Indices::of(std::move(own));
            }
        }
    }

    Size size() const { return indices_->size(); }
    decltype(auto) get(Size i) const {
        detail::check_sample_index(i, size());
        return dataset_->get(static_cast<Size>((*indices_)[i]));
    }
    void gather(const std::int64_t* indices, Size count, value_type* x, target_type* y) const {
        constexpr Size block = 64;  // indices translated at a time, so that nothing is allocated
        std::int64_t translated[block];
        const std::int64_t* const own = indices_->data();
        for (Size done = 0; done < count; done += block) {
            const Size now = count - done < block ? count - done : block;
            for (Size i = 0; i < now; ++i) translated[i] = own[indices[done + i]];
            Traits::gather(*dataset_, translated, now, x + done * Traits::sample_size,
                           y + done * Traits::target_size);
        }
    }

    auto stored() const requires requires(const D& whole) { whole.stored(); }
    {
        auto samples = dataset_->stored();
        samples.indices = rows_->data();
        return samples;
    }

    /// The dataset as the part keeps it, and which of its samples they are; a temporary gives copies.
    const D& dataset() const& { return *dataset_; }
    const std::vector<std::int64_t>& indices() const& { return *indices_; }
    D dataset() const&& { return *dataset_; }
    std::vector<std::int64_t> indices() const&& { return *indices_; }

private:
    detail::Kept<D> dataset_;
    Indices indices_;
    Indices rows_;  // the same as rows of what is stored
};

template <class D>
Subset(const D&, std::vector<std::int64_t>) -> Subset<detail::kept_type<D>>;
template <class D>
requires(!std::is_lvalue_reference_v<D>) Subset(D&&, std::vector<std::int64_t>)
->Subset<detail::kept_type<D>>;

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

[[gnu::cold]] std::string text_of_length(double length, bool is_fraction);

/// Lengths as numbers of samples. As in PyTorch, what fractions leave over goes to the parts in turn.
[[gnu::cold]] void resolve_lengths(const PartLength* lengths, Size parts, Size size, Size* samples);

}  // namespace detail

/// Deals the samples out at random: `lengths` are numbers of samples that add up to the dataset's size, or
/// fractions that add up to 1. The parts keep the dataset together, as a DataLoader does (data/kept.hpp).
/// Throws ValueError.
template <class D, Size Parts>
auto random_split(D&& dataset, const PartLength (&lengths)[Parts],
                  Generator& generator = default_generator()) {
    using Known = detail::kept_type<D>;
    using Part = Subset<Known>;
    const detail::Kept<Known> kept = detail::keep<Known>(std::forward<D>(dataset));
    const Size size = static_cast<Size>(kept->size());
    Size samples[Parts];
    detail::resolve_lengths(lengths, Parts, size, samples);
    const std::vector<std::int64_t> order = randperm_(size, generator);
    auto next = order.begin();
    return [&]<Size... I>(std::index_sequence<I...>) {
        return std::array<Part, Parts>{
            Part(kept, {next, next += static_cast<std::ptrdiff_t>(samples[I])})...};
    }
    (std::make_index_sequence<Parts>{});
}
/// Lengths that do not stand in braces are refused.
template <class D, class... Lengths>
auto random_split(D&&, const Lengths&...) {
    constexpr bool the_lengths_stand_in_braces = detail::never<D>;
    static_assert(the_lengths_stand_in_braces,
                  "strata: random_split takes the lengths of its parts, or their fractions, in braces: "
                  "random_split(dataset, {0.8, 0.2}) (docs/errors.md#dataset)");
    return std::array<int, 2>{};
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION std::string text_of_length(double length, bool is_fraction) {
    std::string text;
    append_formatted(text, is_fraction ? "%f" : "%.0f", length);
    return text;
}

STRATA_FUNCTION void resolve_lengths(const PartLength* lengths, Size parts, Size size, Size* samples) {
    double sum = 0;
    Size fractions = 0, assigned = 0;
    std::string list;
    for (Size i = 0; i < parts; ++i) {
        const double value = lengths[i].value;
        const std::string text = text_of_length(value, lengths[i].is_fraction);
        list += (i > 0 ? " + " : "") + text;
        if (!(value >= 0)) refuse_option("random_split", "a length", text.c_str(), "at least 0");
        fractions += lengths[i].is_fraction;
        sum += value;
    }
    if (fractions != 0 && fractions != parts)
        throw ValueError(message("strata: random_split: the lengths ", list,
                                 " mix numbers of samples with fractions; use one or the other"));
    if (fractions != 0 ? std::fabs(sum - 1) > 1e-9 : sum != static_cast<double>(size))
        throw ValueError(message("strata: random_split: the lengths ", list, " add up to ",
                                 text_of_length(sum, fractions != 0),
                                 fractions != 0 ? message(", but fractions must add up to 1")
                                                : message(", but the dataset has ", size, " samples")));
    for (Size i = 0; i < parts; ++i) {
        samples[i] = static_cast<Size>(fractions ? std::floor(static_cast<double>(size) * lengths[i].value)
                                                 : lengths[i].value);
        if (samples[i] > size - assigned) samples[i] = size - assigned;  // fractions a hair above 1
        assigned += samples[i];
    }
    for (Size i = 0; assigned < size; i = (i + 1) % parts, ++assigned) ++samples[i];
}

}  // namespace strata::detail
#endif
