#pragma once
// Tables as text, for people who read them in a terminal.

#include <algorithm>
#include <strata/core/config.hpp>
#include <string>
#include <vector>

namespace strata::detail {

/// 1234567 as "1,234,567".
[[gnu::cold]] std::string with_commas(Size number);

/// 0.00001234 as "1.2e-05".
[[gnu::cold]] std::string with_two_digits(double number);

/// Lines of cells as a table, the first `left` columns to the left and the others to the right.
[[gnu::cold]] std::string text_of_table(const std::vector<std::vector<std::string>>& lines, Size left);

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION std::string with_commas(Size number) {
    const std::string plain = std::to_string(number);
    std::string digits;
    for (Size i = 0; i < plain.size(); ++i) {
        if (i > 0 && (plain.size() - i) % 3 == 0) digits += ',';
        digits += plain[i];
    }
    return digits;
}

STRATA_FUNCTION std::string with_two_digits(double number) {
    char text[16];
    return std::string(text, static_cast<Size>(__builtin_snprintf(text, sizeof text, "%.2g", number)));
}

STRATA_FUNCTION std::string text_of_table(const std::vector<std::vector<std::string>>& lines, Size left) {
    std::vector<Size> widths(lines[0].size());
    for (const auto& line : lines)
        for (Size c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
    std::string text, rule;
    for (const Size width : widths) rule += std::string(width + 2, '-');
    rule.resize(rule.size() - 2);
    for (Size l = 0; l < lines.size(); ++l) {
        std::string line;
        for (Size c = 0; c < widths.size(); ++c) {
            const std::string padding(widths[c] - lines[l][c].size(), ' ');
            line += (c == 0 ? "" : "  ") + (c < left ? lines[l][c] + padding : padding + lines[l][c]);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        if (l == 0) text += rule + "\n";
    }
    return text + rule + "\n";
}

}  // namespace strata::detail
#endif
