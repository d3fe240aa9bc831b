#pragma once
// Parameters by name: one, or all below a layer.

#include <span>
#include <strata/core/config.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/near_names.hpp>
#include <strata/core/network/parameter_name.hpp>

namespace strata::detail {

/// "0.weight" selects itself, "0." all that begins with it, and "" everything.
inline bool selects(std::string_view which, std::string_view name) {
    return which.empty() || which == name || (which.back() == '.' && name.starts_with(which));
}

[[noreturn, gnu::cold]] void refuse_selection(std::span<const ParameterInfo> table, const char* who,
                                              std::string_view which);

/// The row of what is learnt and has this name. Throws ValueError in the name of `who` if there is none.
inline Size row_of(std::span<const ParameterInfo> table, const char* who, std::string_view name) {
    for (Size row = 0; row < table.size(); ++row)
        if (table[row].kind == ParameterKind::learnt && table[row].name.view() == name) return row;
    refuse_selection(table, who, name);
}

/// Calls `visit(index)` for each row of what is learnt that `which` selects. Throws ValueError in the name of
/// `who` if there is none.
template <class Visit>
void for_each_selected(std::span<const ParameterInfo> table, const char* who, std::string_view which,
                       const Visit& visit) {
    bool found = which.empty();
    for (Size row = 0; row < table.size(); ++row) {
        if (table[row].kind != ParameterKind::learnt || !selects(which, table[row].name.view())) continue;
        found = true;
        visit(row);
    }
    if (!found) refuse_selection(table, who, which);
}

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void refuse_selection(std::span<const ParameterInfo> table, const char* who,
                                      std::string_view which) {
    std::vector<std::string_view> names;
    bool buffers = false;
    for (const ParameterInfo& row : table) {
        if (row.kind == ParameterKind::learnt)
            names.push_back(row.name.view());
        else
            buffers = buffers || selects(which, row.name.view());
    }
    if (buffers)
        throw ValueError(message("strata: ", who, ": \"", which, "\" is a buffer, which is not learnt"));
    throw ValueError(message("strata: ", who, ": \"", which,
                             "\" is no parameter's name, nor the beginning of one that ends with a dot",
                             near_names(which, with_prefixes(names))));
}

}  // namespace strata::detail
#endif
