#pragma once
// Two algorithms in one optimizer: `Mixed{Muon{.lr = 0.02}, AdamW{.lr = 1e-3}}`. The first one has the parameters
// that it does not refuse, which for Muon are the matrices, and the second the rest; `give` moves some by their
// names, for example the head's to AdamW.

#include <strata/optimizers/optimizer.hpp>

namespace strata {

/// Their options. Trainer and `fit` take it like one algorithm.
template <class First, class Second>
struct Mixed {
    First first;
    Second second;

    void validate() const {
        first.validate();
        second.validate();
    }
    StatesInUse states() const { return {}; }  // each has its own
};
template <class First, class Second>
Mixed(First, Second) -> Mixed<First, Second>;

namespace detail {

/// Work for one thread.
template <class A, class B>
struct Both {
    A a;
    B b;

    STRATA_HOST_DEVICE void operator()() const {
        a();
        b();
    }
};

template <class... Names>
struct RefuseOptionsOfMixed {
    static constexpr bool the_options_are_those_of_one_algorithm = never<Names...>;
    static_assert(
        the_options_are_those_of_one_algorithm,
        "strata: this optimizer mixes two algorithms, and options and groups are those of one of them: "
        "optimizer.get<Muon>().options() (docs/errors.md#optimizer)");
};

/// The engines of both as one.
template <class First, class Second>
struct BothEngines {
    First& first;
    Second& second;

    auto& model() const { return first.model(); }
    void validate() const {
        first.validate();
        second.validate();
    }
    void prepare(Size size) const {
        first.prepare(size);
        second.prepare(size);
    }
    auto rule_work() const {
        const auto a = first.rule_work();
        const auto b = second.rule_work();
        return Both<std::remove_const_t<decltype(a)>, std::remove_const_t<decltype(b)>>{a, b};
    }
    template <class T>
    void update(const T* gradients) const {
        first.update(gradients);
        second.update(gradients);
    }
    Size layout() const { return first.layout() + (second.layout() << 14); }
    const void** name_memory(const void** addresses) const {
        return second.name_memory(first.name_memory(addresses));
    }
};

}  // namespace detail

/// Both optimizers, each with its share of the parameters. `get<Muon>()` is one of them, with its options, groups
/// and steps; a scheduler takes it: `StepLR{optimizer.get<Muon>(), {.step_size = 30}}`.
template <class Model, class First, class Second>
class Optimizer<Model, Mixed<First, Second>> {
    static constexpr bool the_algorithms_are_two = !std::is_same_v<First, Second>;
    static_assert(the_algorithms_are_two,
                  "strata: both algorithms of Mixed are the same; one with groups does it: "
                  "optimizer.group(\"head.\", Adam{.lr = 1e-2}) (docs/errors.md#optimizer)");
    using FirstEngine = detail::UpdateEngine<Model, First>;
    using SecondEngine = detail::UpdateEngine<Model, Second>;

public:
    [[gnu::cold]] explicit Optimizer(Model& model, const Mixed<First, Second>& options)
        : first_(
              FirstEngine(model, options.first, [](const ParameterInfo& row) { return first_takes(row); })),
          second_(SecondEngine(model, options.second,
                               [](const ParameterInfo& row) { return !first_takes(row); })) {}

    /// The optimizer of one of the two algorithms.
    template <class Algorithm>
    Optimizer<Model, Algorithm>& get() & {
        static_assert(std::is_same_v<Algorithm, First> || std::is_same_v<Algorithm, Second>,
                      "strata: this optimizer mixes two other algorithms (docs/errors.md#optimizer)");
        if constexpr (std::is_same_v<Algorithm, First>)
            return first_;
        else
            return second_;
    }
    /// Gives parameters to an algorithm, by name as `group` does: `give<AdamW>("head.")`. Throws ValueError for
    /// a name that is not there, and in the next step for a parameter that the algorithm refuses.
    template <class Algorithm>
    [[gnu::cold]] void give(std::string_view which) & {
        constexpr bool to_first = std::is_same_v<Algorithm, First>;
        (void)get<Algorithm>();
        (void)first_.engine().groups();
        (void)second_.engine().groups();
        detail::for_each_selected(Model::parameter_table(), "Optimizer: give", which, [&](Size row) {
            first_.engine().plan().leave_out(row, !to_first);
            second_.engine().plan().leave_out(row, to_first);
        });
    }

    long long steps() const {
        const long long first = first_.steps(), second = second_.steps();
        return first > second ? first : second;
    }
    void zero_grad() { first_.zero_grad(); }
    /// Both updates; as Optimizer's.
    void step() {
        auto engines = engine();
        detail::update_once(engines);
    }
    /// For trainers.
    detail::BothEngines<FirstEngine, SecondEngine> engine() & { return {first_.engine(), second_.engine()}; }

    // Refused: options and groups are those of one algorithm.
    template <class... Names>
    First& options(const Names&...) & {
        (void)detail::RefuseOptionsOfMixed<First, Names...>{};
        return first_.options();
    }
    template <class... Arguments>
    First& group(const Arguments&...) & {
        (void)detail::RefuseOptionsOfMixed<First, Arguments...>{};
        return first_.options();
    }
    template <class This = Optimizer>
    detail::Shared<detail::ScheduledGroups> scheduled_groups() {
        constexpr bool the_scheduler_is_for_one_algorithm = detail::never<This>;
        static_assert(the_scheduler_is_for_one_algorithm,
                      "strata: this optimizer mixes two algorithms, and a scheduler is for one of them: "
                      "StepLR{optimizer.get<Muon>(), {.step_size = 30}} (docs/errors.md#scheduler)");
        return {};
    }

private:
    static constexpr bool first_takes(const ParameterInfo& row) {
        if constexpr (requires { First::refuses(row.dims); })
            return First::refuses(row.dims) == nullptr;
        else
            return true;
    }

    Optimizer<Model, First> first_;
    Optimizer<Model, Second> second_;
};

}  // namespace strata
