#pragma once
// The validation loader of `fit`, of any type: what is asked of it goes through one indirect call per epoch.

#include <optional>
#include <strata/core/shared.hpp>
#include <strata/training/batch_feed.hpp>
#include <strata/training/step_totals.hpp>
#include <utility>

namespace strata {

/// What yields batches: `begin` and `end`, or `views`.
template <class L>
concept AnyLoader = requires(const L& loader) {
    loader.views();
}
|| requires(const L& loader) { std::begin(loader); };

namespace detail {

[[noreturn, gnu::cold]] inline void refuse_empty_loader() {
    throw ValueError("strata: the loader yields no batches");
}

/// One pass over a feed: `run(x, y, before)` for each batch, `show(batches)` after it.
template <class Feed, class Runner, class Run, class Show>
Totals run_epoch(Feed& feed, Runner& runner, const Run& run, const Show& show) {
    Size batches = 0;
    runner.clear_totals();
    feed.epoch([&](const auto& x, const auto& y, const auto& before) {
        run(x, y, before);
        show(++batches);
    });
    if (batches == 0) refuse_empty_loader();
    return runner.totals();
}
/// The same for an evaluator.
template <class Feed, class Evaluator>
Totals evaluate_epoch(Feed& feed, Evaluator& evaluator) {
    return run_epoch(
        feed, evaluator, [&](const auto&... batch) { (void)evaluator(batch...); }, [](Size) {});
}

/// The evaluations during one `fit`.
template <class Evaluator>
struct Validation : Counted {
    template <class Model, class LossType>
    Validation(const Model& model, const LossType& loss) : evaluator(model, loss) {}
    virtual Totals epoch() = 0;

    Evaluator evaluator;
};
template <class Evaluator, class Loader>
struct ValidationOver final : Validation<Evaluator> {
    template <class Model, class LossType>
    [[gnu::cold]] ValidationOver(const Loader& loader, const Model& model, const LossType& loss)
        : Validation<Evaluator>(model, loss), feed(loader, this->evaluator.device()) {}
    Totals epoch() override { return evaluate_epoch(feed, this->evaluator); }

    BatchFeed<typename Evaluator::device_type, Loader> feed;
};

/// A copy of a loader of any type, or none.
template <class Evaluator>
class ValidationLoader {
    using Model = typename Evaluator::model_type;
    using LossType = typename Evaluator::loss_type;
    struct Held : Counted {
        virtual Shared<Validation<Evaluator>> begin(const Model& model, const LossType& loss) const = 0;
    };
    template <class Loader>
    struct HeldAs final : Held {
        template <class Given>
        [[gnu::cold]] explicit HeldAs(Given&& given) : loader(std::forward<Given>(given)) {}
        [[gnu::cold]] Shared<Validation<Evaluator>> begin(const Model& model,
                                                          const LossType& loss) const override {
            return Shared<Validation<Evaluator>>(new ValidationOver<Evaluator, Loader>(loader, model, loss));
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
    Shared<Validation<Evaluator>> begin(const Model& model, const LossType& loss) const {
        return held_->begin(model, loss);
    }

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

template <class Evaluator, class Loader, class Model, class LossType>
Shared<Validation<Evaluator>> make_validation(const Loader& loader, const Model& model,
                                              const LossType& loss) {
    if constexpr (std::is_same_v<Loader, ValidationLoader<Evaluator>>)
        return loader.begin(model, loss);
    else
        return Shared<Validation<Evaluator>>(new ValidationOver<Evaluator, Loader>(loader, model, loss));
}

}  // namespace detail
}  // namespace strata
