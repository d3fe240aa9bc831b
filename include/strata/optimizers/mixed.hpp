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

}  // namespace detail

/// Both optimizers, each with its share of the parameters. `get<Muon>()` is one of them, with its options, groups
/// and steps; a scheduler takes it: `StepLR{optimizer.get<Muon>(), {.step_size = 30}}`.
template <class Model, class First, class Second>
class Optimizer<Model, Mixed<First, Second>> {
    static constexpr bool the_algorithms_are_two = !std::is_same_v<First, Second>;
    static_assert(the_algorithms_are_two,
                  "strata: both algorithms of Mixed are the same; one with groups does it: "
                  "optimizer.group(\"head.\", Adam{.lr = 1e-2}) (docs/errors.md#optimizer)");
    using T = typename Model::value_type;

public:
    [[gnu::cold]] explicit Optimizer(Model& model, const Mixed<First, Second>& options)
        : first_(model, options.first, [](const ParameterInfo& row) { return first_takes(row); }),
          second_(model, options.second, [](const ParameterInfo& row) { return !first_takes(row); }) {}

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
        first_.check_present();
        second_.check_present();
        detail::for_each_selected(Model::parameter_table(), "Optimizer: give", which, [&](Size row) {
            first_.plan_.leave_out(row, !to_first);
            second_.plan_.leave_out(row, to_first);
        });
    }

    long long steps() const {
        const long long first = first_.steps(), second = second_.steps();
        return first > second ? first : second;
    }
    void zero_grad() { first_.zero_grad(); }
    /// Both updates; as Optimizer's.
    void step() {
        first_.validate();
        second_.validate();
        Model& model = this->model();
        if (!model.has_gradients()) return;
        const auto gradients = model.flat_gradients();
        prepare(gradients.size());
        update(gradients.data());
        count_step();
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
    template <class, class, class>
    friend class Trainer;

    static constexpr bool first_takes(const ParameterInfo& row) {
        if constexpr (requires { First::refuses(row.dims); })
            return First::refuses(row.dims) == nullptr;
        else
            return true;
    }

    // What a Trainer asks for.
    Model& model() const { return first_.model(); }
    void prepare(Size size) {
        first_.prepare(size);
        second_.prepare(size);
    }
    auto rule_work() {
        const auto a = first_.rule_work();
        const auto b = second_.rule_work();
        return detail::Both<std::remove_const_t<decltype(a)>, std::remove_const_t<decltype(b)>>{a, b};
    }
    void update(const T* gradients, UpdateOptions options = {}) {
        first_.update(gradients, options);
        second_.update(gradients, options);
    }
    Size layout() const { return first_.layout() + (second_.layout() << 14); }
    const void** name_memory(const void** addresses) const {
        return second_.name_memory(first_.name_memory(addresses));
    }
    void count_step() {
        first_.count_step();
        second_.count_step();
    }

    Optimizer<Model, First> first_;
    Optimizer<Model, Second> second_;
};

}  // namespace strata
