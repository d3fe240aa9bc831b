#pragma once
// Suggestions for a name that is not there: the names that are near.

#include <algorithm>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace strata::detail {

/// How many letters have to be inserted, removed or replaced to make one name of the other.
[[gnu::cold]] Size edit_distance(std::string_view a, std::string_view b);

/// Whole names, and with "2.0.weight" also "2." and "2.0.", each once.
[[gnu::cold]] std::vector<std::string_view> with_prefixes(const std::vector<std::string_view>& names);

/// "; did you mean "0.weight" or "0."?", or the first names that there are if none is near.
[[gnu::cold]] std::string near_names(std::string_view wanted, std::vector<std::string_view> names);

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION Size edit_distance(std::string_view a, std::string_view b) {
    std::vector<Size> row(b.size() + 1);
    for (Size j = 0; j <= b.size(); ++j) row[j] = j;
    for (Size i = 1; i <= a.size(); ++i) {
        Size diagonal = row[0];
        row[0] = i;
        for (Size j = 1; j <= b.size(); ++j) {
            const Size replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = std::min(replaced, std::min(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.size()];
}

STRATA_FUNCTION std::vector<std::string_view> with_prefixes(const std::vector<std::string_view>& names) {
    std::vector<std::string_view> all;
    const auto add = [&](std::string_view name) {
        if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
    };
    for (const std::string_view name : names) {
        for (Size dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1))
            add(name.substr(0, dot + 1));
        add(name);
    }
    return all;
}

STRATA_FUNCTION std::string near_names(std::string_view wanted, std::vector<std::string_view> names) {
    constexpr Size longest = 200;  // of what is compared and shown; names in a file may have any length
    const auto quoted = [](std::string_view name) {
        return '"' + std::string(name.substr(0, longest)) + (name.size() > longest ? "\"..." : "\"");
    };
    struct Near {
        Size distance;
        std::string_view name;
    };
    Near
        closest[4];  // nearest first, of equals the one that came first; the last place is for what drops out
    Size count = 0;
    const Size most = std::max<Size>(2, wanted.size() / 3);
    for (const std::string_view name : names) {
        if (name.size() > longest || wanted.size() > longest) continue;
        const Size distance = edit_distance(wanted, name);
        if (distance > most) continue;
        Size at = count;
        for (; at > 0 && closest[at - 1].distance > distance; --at) closest[at] = closest[at - 1];
        closest[at] = {distance, name};
        count = std::min<Size>(count + 1, 3);
    }
    std::string text;
    if (count > 0) {
        for (Size i = 0; i < count; ++i)
            text += (i == 0 ? "; did you mean " : " or ") + quoted(closest[i].name);
        return text + '?';
    }
    if (names.empty()) return "; there are none";
    constexpr Size shown = 8;
    for (Size i = 0; i < names.size() && i < shown; ++i)
        text += (i == 0 ? "; there are " : ", ") + quoted(names[i]);
    return names.size() > shown ? text + ", ..." : text;
}

}  // namespace strata::detail
#endif
