#pragma once
// The way data sets, their parts, loaders and batches keep samples: together, until the last of them is gone.
//
//   DataLoader{train}                                a copy of `train`; those of the library share the samples
//   DataLoader{std::move(train)}                     `train` itself
//   DataLoader{std::make_shared<const Train>(...)}   what the pointer points to, shared with its other owners
//   DataLoader{borrow(train)}                        nothing: `train` has to outlive the loader
//
// Subset and random_split keep theirs in the same way.

#include <memory>
#include <span>
#include <strata/core/network/diagnostics.hpp>
#include <strata/core/shared.hpp>
#include <strata/data/dataset.hpp>

namespace strata {

namespace detail {

/// A T that its holders share and nobody changes. Moving it copies, so that no holder is left with nothing.
template <class T>
class Kept {
    struct Object final : Counted {
        template <class... Given>
        explicit Object(Given&&... given) : value{std::forward<Given>(given)...} {}
        T value;
    };

public:
    Kept() = default;  // of nothing, until it is assigned to
    Kept(const Kept&) = default;
    Kept& operator=(const Kept&) = default;

    template <class... Given>
    static Kept of(Given&&... given) {
        Kept kept;
        kept.object_ = Shared<Object>(new Object(std::forward<Given>(given)...));
        return kept;
    }

    const T& operator*() const { return object_->value; }
    const T* operator->() const { return &object_->value; }
    Owner owner() const { return object_; }

private:
    Shared<Object> object_;
};

/// A row of kept samples. It holds them, and so do its copies.
template <class T>
class KeptSpan : public std::span<const T> {
public:
    KeptSpan(const T* data, Size size, Owner owner)
        : std::span<const T>(data, size), owner_(std::move(owner)) {}

private:
    Owner owner_;
};

/// The data set that a pointer points to. Batches of one that is only lent are copies, since a batch may
/// outlive the loan.
template <class D, class Pointer>
class PointedDataset {
    using Traits = DatasetTraits<D>;
    static constexpr bool is_lent = std::is_pointer_v<Pointer>;

public:
    using sample_shape = typename Traits::sample_shape;
    using target_shape = typename Traits::target_shape;
    using value_type = typename Traits::value_type;
    using target_type = typename Traits::target_type;

    explicit PointedDataset(Pointer dataset) : dataset_(std::move(dataset)) {
        if (dataset_ == nullptr) throw ValueError("strata: the pointer to a data set is null");
    }

    Size size() const { return static_cast<Size>(dataset_->size()); }
    decltype(auto) get(Size i) const { return dataset_->get(i); }
    void gather(const std::int64_t* indices, Size count, value_type* x, target_type* y) const {
        Traits::gather(*dataset_, indices, count, x, y);
    }
    auto contiguous(Size first) const requires(!is_lent && Traits::is_contiguous) {
        return dataset_->contiguous(first);
    }
    auto stored() const requires requires(const D& dataset) { dataset.stored(); }
    { return dataset_->stored(); }

private:
    Pointer dataset_;
};

/// The type under which a data set is kept that is given as a `Given`.
template <class Given>
struct KeptType {
    using type = Given;
};
template <class D>
struct KeptType<std::shared_ptr<D>> {
    using type =
        std::conditional_t<Dataset<D>, PointedDataset<std::remove_const_t<D>, std::shared_ptr<const D>>,
                           std::shared_ptr<D>>;
};
template <class Given>
using kept_type = typename KeptType<std::remove_cvref_t<Given>>::type;

/// The data set `given`, kept as a D.
template <class D, class Given>
Kept<D> keep(Given&& given) {
    using Plain = std::remove_cvref_t<Given>;
    constexpr bool is_copied =
        std::is_lvalue_reference_v<Given> || std::is_const_v<std::remove_reference_t<Given>>;
    constexpr bool the_data_set_can_be_copied =
        !is_copied || std::is_copy_constructible_v<Plain> || std::is_abstract_v<Plain>;
    constexpr bool a_copy_is_whole =
        !is_copied ||
        (!std::is_abstract_v<Plain> && (!std::is_polymorphic_v<Plain> || std::is_final_v<Plain>));
    static_assert(the_data_set_can_be_copied,
                  "strata: a data set that is given by name is copied, and this one cannot be; give it by "
                  "std::move(dataset), as a std::shared_ptr<const D>, or lend it with borrow(dataset), which "
                  "then has to outlive the loader (docs/errors.md#dataset)");
    static_assert(
        a_copy_is_whole,
        "strata: a data set that is given by name is copied, and this one has virtual functions, so "
        "that the copy may lack what a derived class adds; declare its class final, give it as a "
        "std::shared_ptr<const D>, or lend it with borrow(dataset), which then has to outlive the "
        "loader (docs/errors.md#dataset)");
    if constexpr (!the_data_set_can_be_copied || !a_copy_is_whole)
        return {};
    else if constexpr (is_copied)
        return Kept<D>::of(static_cast<const Plain&>(given));
    else
        return Kept<D>::of(std::move(given));
}

}  // namespace detail

/// Lends `dataset` to a loader or a part, without a copy: it has to outlive them, and what changes in it is
/// seen in the batches that are made afterwards.
template <Dataset D>
auto borrow(const D& dataset) {
    return detail::PointedDataset<D, const D*>(&dataset);
}
template <Dataset D>
auto borrow(const D&& dataset) {
    constexpr bool the_data_set_has_a_name = detail::never<D>;
    static_assert(
        the_data_set_has_a_name,
        "strata: borrow(dataset) lends a data set that has to outlive its loader, and this one is a "
        "temporary; give it to the loader without borrow (docs/errors.md#dataset)");
    return detail::PointedDataset<D, const D*>(&dataset);
}

}  // namespace strata
