#pragma once
// An optimizer bound to a model: an algorithm's options, for all parameters or for groups of them, and its steps. The
// algorithms' protocol is in algorithm.hpp, what a step does in update_engine.hpp.

#include <initializer_list>
#include <new>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network/diagnostics.hpp>
#include <strata/models/model_check.hpp>
#include <strata/models/parameter_selection.hpp>
#include <strata/optimizers/update_engine.hpp>
#include <string_view>

namespace strata {

namespace detail {
/// Move assignment where members would be empty after one from themselves.
template <class C>
C& assign_anew(C& object, C& other) noexcept {
    if (&object == &other) return object;
    object.~C();
    return *new (static_cast<void*>(&object)) C(std::move(other));
}

/// A step by hand, from the gradients that the model has.
template <class Engine>
void update_once(Engine& engine) {
    engine.validate();
    auto& model = engine.model();
    if (!model.has_gradients()) return;
    auto& parameters = model.parameter_store();
    parameters.clear_padding(model.device());
    engine.prepare(parameters.gradient_count());
    model.device().once(engine.rule_work());
    engine.update(parameters.gradients());
    model.engine().passes().change();
}
}  // namespace detail

/// `Optimizer optimizer{model, Adam{.lr = 1e-2}}`, then `zero_grad()`, backward, `step()`. It keeps a
/// reference to the model, which has to outlive it. A copy has its own state and works on the same model;
/// one that was moved from refuses to work. References to options hold until the optimizer is destroyed or
/// assigned to. Throws ValueError for options out of range.
template <class Model, class Algorithm>
class Optimizer {
    using Engine = detail::UpdateEngine<Model, Algorithm>;
    using Group = detail::ParameterGroup<Algorithm>;

public:
    [[gnu::cold]] explicit Optimizer(Model& model, Algorithm algorithm = {}) : engine_(model, algorithm) {}
    /// Of what an engine updates. (For Mixed.)
    explicit Optimizer(Engine engine) : engine_(std::move(engine)) {}
    explicit Optimizer(const Model& model, Algorithm algorithm = {})
        : Optimizer(const_cast<Model&>(model), algorithm) {
        constexpr bool the_model_is_not_const = detail::never<Model>;
        static_assert(
            the_model_is_not_const,
            "strata: an optimizer changes the model, and this model is const (docs/errors.md#const-model)");
    }
    explicit Optimizer(Model&& model, Algorithm algorithm = {}) : Optimizer(model, algorithm) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(
            the_model_has_a_name,
            "strata: an optimizer keeps a reference to the model, and this model is a temporary; give it a "
            "name first (docs/errors.md#temporary-model)");
    }

    Optimizer(const Optimizer&) = default;
    Optimizer(Optimizer&&) noexcept = default;
    Optimizer& operator=(const Optimizer& other) { return *this = Optimizer(other); }  // whole or not at all
    Optimizer& operator=(Optimizer&& other) noexcept { return detail::assign_anew(*this, other); }

    /// The options, which may change between steps: a scheduler sets `lr` here. With groups, those of all
    /// parameters that are in none.
    Algorithm& options() & { return engine_.groups().list().front().options; }
    const Algorithm& options() const& { return engine_.groups().list().front().options; }
    Algorithm options() && { return engine_.groups().list().front().options; }
    /// Those of a group, by a name that it was made with. Throws ValueError if there is none.
    Algorithm& options(std::string_view group) & { return engine_.groups().find(group).options; }
    Algorithm options(std::string_view group) && { return engine_.groups().find(group).options; }

    /// Gives some parameters options of their own: `group("head.", Adam{.lr = 1e-2})` those whose names begin
    /// with a layer's and a dot, `group({"0.bias", "2.bias"}, AdamW{.weight_decay = 0})` those that are
    /// named. Without options the group begins with a copy of the others': `group("head.").lr = 1e-2`. Throws
    /// ValueError for a name that is not there, and for a parameter that is in a group already.
    [[gnu::cold]] Algorithm& group(std::initializer_list<std::string_view> names,
                                   const Algorithm& algorithm) & {
        auto& groups = engine_.groups();
        algorithm.validate();
        const auto each_row = [&](const auto& visit) {
            for (const std::string_view name : names)
                detail::for_each_selected(Model::parameter_table(), "Optimizer: group", name, visit);
        };
        each_row([&](Size row) {
            if (engine_.plan().group_of(row) != 0) refuse_group(row);
        });
        const Size number = groups.list().size();
        Group& added = groups.add({names.begin(), names.end()}, algorithm);
        each_row([&](Size row) { engine_.plan().set_group(row, number); });
        return added.options;
    }
    Algorithm& group(std::initializer_list<std::string_view> names) & { return group(names, options()); }
    Algorithm& group(std::string_view which, const Algorithm& algorithm) & {
        return group({which}, algorithm);
    }
    Algorithm& group(std::string_view which) & { return group({which}, options()); }
    template <class... Arguments>
    Algorithm& group(const Arguments&...) && {
        constexpr bool the_optimizer_has_a_name = sizeof...(Arguments) < 0;
        static_assert(
            the_optimizer_has_a_name,
            "strata: this optimizer is a temporary, and its groups die with it; give it a name first "
            "(docs/errors.md#temporary-optimizer)");
        return options();
    }

    /// Calls `visit(options)` for each group, the parameters in none first.
    template <class Visit>
    void for_each_group(const Visit& visit) {
        for (Group& one : engine_.groups().list()) visit(one.options);
    }
    /// What a scheduler holds together with the optimizer.
    auto scheduled_groups() {
        constexpr bool the_options_have_a_learning_rate = detail::HasLearningRate<Algorithm>;
        static_assert(the_options_have_a_learning_rate,
                      "strata: a scheduler sets the learning rate, and the options of this optimizer have no "
                      "`double lr` (docs/errors.md#scheduler)");
        return engine_.groups().scheduled();
    }

    /// Steps taken, of the parameters that were in most of them. A device that works later leaves out those that
    /// were refused there, and is waited for.
    long long steps() const { return engine_.steps(); }

    void zero_grad() { engine_.model().zero_grad(); }

    /// One update of all parameters from the gradients of the backward passes since `zero_grad`. Without one
    /// nothing happens and no step is counted, as PyTorch skips parameters whose gradient is None; so it does
    /// with frozen ones. Throws ValueError for options that are now out of range; the parameters are then as
    /// they were.
    void step() { detail::update_once(engine_); }

    /// For trainers.
    Engine& engine() & { return engine_; }

private:
    [[noreturn, gnu::cold]] void refuse_group(Size row) {
        auto group = engine_.groups().list().begin();
        std::advance(group, engine_.plan().group_of(row));
        throw ValueError(message("strata: Optimizer: group: \"", Model::parameter_table()[row].name.view(),
                                 "\" is in the group of \"", group->names.front(), "\" already"));
    }

    Engine engine_;
};

namespace detail {
template <class Algorithm>
struct RefuseUnlessOptimizer {
    static constexpr bool it_is_an_optimizer = OptimizerAlgorithm<Algorithm>;
    static_assert(it_is_an_optimizer, "strata: this type is no optimizer; write the options of one, such as "
                                      "Optimizer{model, Adam{.lr = 1e-3}} "
                                      "(docs/errors.md#optimizer)");
};
}  // namespace detail

/// An Optimizer of something else is refused, and does nothing.
template <class Model, class Algorithm>
requires(!OptimizerAlgorithm<Algorithm> || !detail::AnyModel<Model>) class Optimizer<Model, Algorithm> {
    std::conditional_t<detail::AnyModel<Model>, detail::RefuseUnlessOptimizer<Algorithm>,
                       detail::RefuseNetwork<Model>>
        refused_here;

public:
    explicit Optimizer(const Model&, Algorithm = {}) {}
    detail::Shared<detail::ScheduledGroups> scheduled_groups() { return {}; }
    void zero_grad() {}
    void step() {}
};

}  // namespace strata
