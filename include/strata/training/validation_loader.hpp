#pragma once
// The validation loader of `fit`, of any type: what is asked of it goes through one indirect call per epoch.

#include <optional>
#include <strata/core/shared.hpp>
#include <strata/training/feed.hpp>
#include <strata/training/totals.hpp>
#include <utility>

namespace strata {

/// What yields batches: `begin` and `end`, or `views`.
template <class L>
concept AnyLoader = requires(const L& loader) {
    loader.views();
}
|| requires(const L& loader) { std::begin(loader); };

namespace detail {

/// One pass over a feed: `run(x, y, before)` for each batch, `show(batches)` after it.
template <class Feed, class Runner, class Run, class Show>
Totals run_epoch(Feed& feed, Runner& runner, const Run& run, const Show& show) {
    Size batches = 0;
    runner.clear_totals();
    feed.epoch([&](const auto& x, const auto& y, const auto& before) {
        run(x, y, before);
        show(++batches);
    });
    if (batches == 0) throw ValueError("strata: the loader yields no batches");
    return runner.totals();
}
/// The same for an evaluator.
template <class Feed, class Evaluator>
Totals evaluate_epoch(Feed& feed, Evaluator& evaluator) {
    return run_epoch(
        feed, evaluator, [&](const auto&... batch) { (void)evaluator(batch...); }, [](Size) {});
}

/// The passes over a validation loader during one `fit`.
template <class Evaluator>
struct ValidationFeed : Counted {
    virtual Totals epoch(Evaluator& evaluator) = 0;
};
template <class Evaluator, class Loader>
struct ValidationFeedOf final : ValidationFeed<Evaluator> {
    [[gnu::cold]] ValidationFeedOf(const Loader& loader, Evaluator& evaluator)
        : feed(loader, evaluator.device()) {}
    Totals epoch(Evaluator& evaluator) override { return evaluate_epoch(feed, evaluator); }

    Feed<typename Evaluator::device_type, Loader> feed;
};

/// A copy of a loader of any type, or none.
template <class Evaluator>
class ValidationLoader {
    struct Held : Counted {
        virtual Shared<ValidationFeed<Evaluator>> feed(Evaluator& evaluator) const = 0;
    };
    template <class Loader>
    struct HeldAs final : Held {
        [[gnu::cold]] explicit HeldAs(const Loader& the_loader) : loader(the_loader) {}
        [[gnu::cold]] explicit HeldAs(Loader&& the_loader) : loader(std::move(the_loader)) {}
        [[gnu::cold]] Shared<ValidationFeed<Evaluator>> feed(Evaluator& evaluator) const override {
            return Shared<ValidationFeed<Evaluator>>(
                new ValidationFeedOf<Evaluator, Loader>(loader, evaluator));
        }

        Loader loader;
    };

public:
    ValidationLoader() = default;
    ValidationLoader(std::nullopt_t) {}
    template <class L>
    requires(!std::is_same_v<std::remove_cvref_t<L>, ValidationLoader>) ValidationLoader(L&& loader) {
        using Loader = std::remove_cvref_t<L>;
        constexpr bool it_may_be_missing = requires { loader.has_value(); };
        constexpr bool validation_is_a_loader = AnyLoader<Loader> || it_may_be_missing;
        static_assert(
            validation_is_a_loader,
            "strata: .validation in the options of fit is no loader, which yields pairs of batches; of "
            "a data set one is made with DataLoader{dataset, {.batch_size = 64}} (docs/errors.md#fit)");
        if constexpr (it_may_be_missing) {
            if (loader) *this = ValidationLoader(*std::forward<L>(loader));
        } else if constexpr (validation_is_a_loader) {
            held_ = Shared<const Held>(new HeldAs<Loader>(std::forward<L>(loader)));
        }
    }

    explicit operator bool() const { return static_cast<bool>(held_); }
    const ValidationLoader& operator*() const { return *this; }
    Shared<ValidationFeed<Evaluator>> feed(Evaluator& evaluator) const { return held_->feed(evaluator); }

private:
    Shared<const Held> held_;
};

/// In a call that is refused for another reason.
struct IgnoredValidation {
    IgnoredValidation() = default;
    template <class L>
    IgnoredValidation(const L&) {}
};

template <class Loader>
struct ValidationMemberOf {
    using Type = std::optional<Loader>;
};
template <class Evaluator>
struct ValidationMemberOf<ValidationLoader<Evaluator>> {
    using Type = ValidationLoader<Evaluator>;
};
template <>
struct ValidationMemberOf<IgnoredValidation> {
    using Type = IgnoredValidation;
};
/// What the options of `fit` hold.
template <class Loader>
using ValidationMember = typename ValidationMemberOf<Loader>::Type;

template <class Evaluator, class Loader>
Shared<ValidationFeed<Evaluator>> validation_feed(const Loader& loader, Evaluator& evaluator) {
    if constexpr (std::is_same_v<Loader, ValidationLoader<Evaluator>>)
        return loader.feed(evaluator);
    else
        return Shared<ValidationFeed<Evaluator>>(new ValidationFeedOf<Evaluator, Loader>(loader, evaluator));
}

}  // namespace detail
}  // namespace strata
