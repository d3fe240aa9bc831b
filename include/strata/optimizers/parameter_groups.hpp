#pragma once
// The groups of an optimizer's parameters, with their options. Schedulers hold them together with it: they
// follow an optimizer that is moved, never touch memory that is gone, and know when it is.

#include <concepts>
#include <cstring>
#include <list>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/near_names.hpp>
#include <strata/core/shared.hpp>
#include <strata/optimizers/algorithm.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

namespace detail {

/// What schedulers see of a group.
struct ScheduledGroup {
    double* lr = nullptr;
    double* momentum = nullptr;  ///< betas[0] where there is one; null without either
    /// The rate when the first scheduler was made, PyTorch's `initial_lr`. All schedulers share it.
    double initial_lr = 0;
    bool has_initial_lr = false;
    ScheduledGroup* next = nullptr;
};

/// The groups of one optimizer.
struct ScheduledGroups : Counted {
    ScheduledGroup* first = nullptr;  ///< the parameters in no other
    Size count = 0;
    bool in_use = true;  ///< by an optimizer

    /// Calls `visit(group)` for each.
    template <class Visit>
    void for_each(const Visit& visit) const {
        for (ScheduledGroup* group = first; group != nullptr; group = group->next) visit(*group);
    }
};

/// An algorithm with a learning rate, which schedulers can change, and with a momentum.
template <class Algorithm>
concept HasLearningRate = requires(Algorithm& algorithm) {
    { algorithm.lr } -> std::same_as<double&>;
};
template <class Algorithm>
concept HasBetas = requires(Algorithm& algorithm) {
    { algorithm.betas[0] } -> std::same_as<double&>;
};
template <class Algorithm>
concept HasMomentum = requires(Algorithm& algorithm) {
    { algorithm.momentum } -> std::same_as<double&>;
};

/// Whether options are equal: by their ==. Options of the user's own without one are compared by their bytes,
/// those between the members included, so that equal ones may be taken for others and handed over once more.
template <class Algorithm>
bool same_options(const Algorithm& a, const Algorithm& b) {
    if constexpr (requires { a == b; })
        return a == b;
    else
        return std::memcmp(&a, &b, sizeof(Algorithm)) == 0;
}

template <class Algorithm>
struct ParameterGroup {
    std::vector<std::string> names;
    Algorithm options;
    Algorithm published{};  ///< what the device knows
    StatesInUse states{};
    Size structure = 0;  ///< of the work that the options ask for
    ScheduledGroup scheduled{};
};

/// An optimizer's hold of its groups. A copy has groups of its own; what is moved takes them along.
template <class Algorithm>
class ParameterGroups {
    using Group = ParameterGroup<Algorithm>;
    struct Held : ScheduledGroups {
        std::list<Group> list;  // at least one; their places do not change
    };

public:
    [[gnu::cold]] explicit ParameterGroups(const Algorithm& options) : held_(new Held) {
        append().options = options;
    }
    ParameterGroups(const ParameterGroups& other) : held_(new Held) {
        for (const Group& group : other.list()) {
            Group& added = append();
            added.names = group.names;
            added.options = group.options;
            added.published = group.published;
            added.states = group.states;
            added.structure = group.structure;
            added.scheduled.initial_lr = group.scheduled.initial_lr;
            added.scheduled.has_initial_lr = group.scheduled.has_initial_lr;
        }
    }
    ParameterGroups(ParameterGroups&&) noexcept = default;
    ParameterGroups& operator=(ParameterGroups other) noexcept {
        const Shared<Held> mine = held_;
        held_ = other.held_;
        other.held_ = mine;
        return *this;
    }
    [[gnu::cold]] ~ParameterGroups() {
        if (held_) held_->in_use = false;
    }

    /// Throws ValueError when the groups were moved away.
    std::list<Group>& list() { return held().list; }
    const std::list<Group>& list() const { return held().list; }
    /// By a name that it was made with. Throws ValueError if there is none.
    [[gnu::cold]] Group& find(std::string_view which) {
        std::vector<std::string_view> names;
        for (Group& group : list())
            for (const std::string& name : group.names) {
                if (name == which) return group;
                names.push_back(name);
            }
        throw ValueError(message("strata: Optimizer: options: no group was made with the name \"", which, '"',
                                 near_names(which, names)));
    }
    [[gnu::cold]] Group& add(std::vector<std::string> names, const Algorithm& options) {
        Group& added = append();
        added.names = std::move(names);
        added.options = options;
        return added;
    }
    Shared<ScheduledGroups> scheduled() const { return Shared<ScheduledGroups>(&held()); }

private:
    Held& held() const {
        if (!held_) refuse_moved_from();
        return *held_;
    }
    [[gnu::cold]] Group& append() {
        Held& to = held();
        Group& added = to.list.emplace_back();
        ScheduledGroup& scheduled = added.scheduled;
        if constexpr (HasLearningRate<Algorithm>) scheduled.lr = &added.options.lr;
        if constexpr (HasBetas<Algorithm>)
            scheduled.momentum = &added.options.betas[0];
        else if constexpr (HasMomentum<Algorithm>)
            scheduled.momentum = &added.options.momentum;
        ScheduledGroup** end = &to.first;
        while (*end != nullptr) end = &(*end)->next;
        *end = &scheduled;
        ++to.count;
        return added;
    }

    Shared<Held> held_;
};

}  // namespace detail
}  // namespace strata
