#pragma once
// The parts of the flat buffers that an optimizer's step updates together. Parameters of one group that have
// always been updated together share a step count (as in PyTorch a parameter has its own, which stands still
// while it is frozen): they are a cohort. A step goes over the stretches of neighbours of one cohort, or over
// each parameter by itself, for algorithms that ask for that.

#include <span>
#include <strata/core/config.hpp>
#include <strata/core/network/parameter_name.hpp>
#include <vector>

namespace strata::detail {

/// Elements [begin, end) of the flat buffers.
struct UpdateRange {
    Size begin, end;
    Size cohort, group;
    bool first;      ///< of its cohort
    Size table_row;  ///< of the (first) parameter
};

class UpdatePlan {
public:
    /// Nothing is frozen, and all parameters are in group 0. `end` is where what is learnt ends.
    [[gnu::cold]] UpdatePlan(std::span<const ParameterInfo> table, Size end, bool per_tensor = false);

    Size group_of(Size table_row) const { return rows_[row_of_[table_row]].group; }
    [[gnu::cold]] void set_group(Size table_row, Size group);
    /// A parameter that is another optimizer's, or not any more.
    [[gnu::cold]] void leave_out(Size table_row, bool on);
    bool leaves_out(Size table_row) const { return rows_[row_of_[table_row]].left_out; }
    /// Calls `visit(table_row)` for each parameter that is not left out.
    template <class Visit>
    void for_each_row(const Visit& visit) const {
        for (const Row& row : rows_)
            if (!row.left_out) visit(row.table_row);
    }
    /// Cohorts there can be at most.
    Size most_cohorts() const { return rows_.empty() ? 1 : rows_.size(); }
    Size cohorts() const { return cohorts_.size(); }
    Size group_of_cohort(Size cohort) const { return cohorts_[cohort].group; }
    /// Whether all parameters of a cohort are frozen.
    bool is_idle(Size cohort) const { return cohorts_[cohort].idle; }
    std::span<const UpdateRange> ranges() const { return ranges_; }

    /// Whether the plan is that of these flags, one for each row of the table: learnt and not frozen.
    bool fits(std::span<const bool> unfrozen) const;
    /// One cohort that goes on where another one is.
    struct Clone {
        Size from, to;
    };
    /// Makes it so; allocates at most once, before anything has changed. Returns the new cohorts, in order.
    [[gnu::cold]] const std::vector<Clone>& settle(std::span<const bool> unfrozen);
    /// What a step depends on: the cohort of each row, or that it is left out.
    [[gnu::cold]] void append_to(std::vector<Size>& signature) const;

private:
    static constexpr Size no_row = static_cast<Size>(-1);
    struct Row {
        Size table_row, offset;
        Size group = 0, cohort = 0;
        bool idle = false, left_out = false;

        bool wants(std::span<const bool> unfrozen) const { return unfrozen[table_row] && !left_out; }
    };
    struct Cohort {
        Size group = 0;
        bool idle = false;
        bool seen = false;      ///< by a loop over the rows
        Size made_of = no_row;  ///< what it was before
    };

    /// The rows of a cohort that no longer go together become several; the first of them keep its number.
    [[gnu::cold]] void split();
    [[gnu::cold]] void find_ranges();

    Size end_;
    bool per_tensor_;
    std::vector<Size> row_of_;
    std::vector<Row> rows_;
    std::vector<Cohort> cohorts_;
    std::vector<UpdateRange> ranges_;
    std::vector<Clone> clones_;
    bool settled_ = false;
};

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION UpdatePlan::UpdatePlan(std::span<const ParameterInfo> table, Size end, bool per_tensor)
    : end_(end), per_tensor_(per_tensor), row_of_(table.size(), no_row) {
    for (Size i = 0; i < table.size(); ++i) {
        if (table[i].kind != ParameterKind::learnt) continue;
        row_of_[i] = rows_.size();
        rows_.push_back({i, table[i].offset});
    }
    cohorts_.push_back({});
}

STRATA_FUNCTION void UpdatePlan::set_group(Size table_row, Size group) {
    rows_[row_of_[table_row]].group = group;
    settled_ = false;
}

STRATA_FUNCTION void UpdatePlan::leave_out(Size table_row, bool on) {
    rows_[row_of_[table_row]].left_out = on;
    settled_ = false;
}

STRATA_FUNCTION bool UpdatePlan::fits(std::span<const bool> unfrozen) const {
    bool fits = settled_;
    for (const Row& row : rows_) fits = fits && row.idle != row.wants(unfrozen);
    return fits;
}

STRATA_FUNCTION void UpdatePlan::append_to(std::vector<Size>& signature) const {
    for (const Row& row : rows_) signature.push_back(row.idle ? no_row : row.cohort);
}

STRATA_FUNCTION const std::vector<UpdatePlan::Clone>& UpdatePlan::settle(std::span<const bool> unfrozen) {
    cohorts_.reserve(most_cohorts());
    clones_.reserve(most_cohorts());
    ranges_.reserve(rows_.size());
    for (Row& row : rows_) row.idle = !row.wants(unfrozen);
    split();
    find_ranges();
    settled_ = true;
    return clones_;
}

STRATA_FUNCTION void UpdatePlan::split() {
    const Size before = cohorts_.size();
    clones_.clear();
    for (Cohort& cohort : cohorts_) cohort.seen = false;
    for (Row& row : rows_) {
        const Size old = row.cohort;
        Cohort& cohort = cohorts_[old];
        if (!cohort.seen) cohort = {row.group, row.idle, true, no_row};
        if (cohort.group == row.group && cohort.idle == row.idle) continue;
        Size fresh = before;
        while (fresh < cohorts_.size() &&
               (cohorts_[fresh].made_of != old || cohorts_[fresh].group != row.group ||
                cohorts_[fresh].idle != row.idle))
            ++fresh;
        row.cohort = fresh;
        if (fresh < cohorts_.size()) continue;
        cohorts_.push_back({row.group, row.idle, true, old});
        clones_.push_back({old, fresh});
    }
}

STRATA_FUNCTION void UpdatePlan::find_ranges() {
    ranges_.clear();
    for (Cohort& cohort : cohorts_) cohort.seen = false;
    for (Size i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_[i];
        if (row.idle) continue;
        const Size end = i + 1 < rows_.size() ? rows_[i + 1].offset : end_;  // with the padding behind it
        if (!per_tensor_ && !ranges_.empty() && ranges_.back().end == row.offset &&
            ranges_.back().cohort == row.cohort) {
            ranges_.back().end = end;
            continue;
        }
        Cohort& cohort = cohorts_[row.cohort];
        ranges_.push_back({row.offset, end, row.cohort, row.group, !cohort.seen, row.table_row});
        cohort.seen = true;
    }
}

}  // namespace strata::detail
#endif
