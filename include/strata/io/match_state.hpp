#pragma once
// The way of loaded tensors to their places: by name, and only with the same shape and type.

#include <algorithm>
#include <cstddef>
#include <span>
#include <strata/core/config.hpp>
#include <strata/core/sort.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strata/core/error.hpp>
#include <strata/core/near_names.hpp>
#include <strata/io/safetensors_format.hpp>
#include <strata/io/state_report.hpp>

namespace strata::io {

/// A tensor by what is known of it without its elements.
struct TensorFacts {
    std::string_view name;
    DType dtype;
    std::span<const std::size_t> shape;
};

/// Pairs (place, source) of those that fit, and the report.
struct Matching {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    LoadReport report;
};

/// Throws ValueError if a prefix leaves nothing to look at.
[[gnu::cold]] void check_prefix(std::span<const TensorFacts> tensors, const char* option,
                                std::string_view prefix, std::string_view where);

/// Matches what a file or a model holds with the places for it.
[[gnu::cold]] Matching match_state(std::span<const TensorFacts> sources, std::span<const TensorFacts> places,
                                   const LoadOptions& options, std::string_view source,
                                   std::string_view place);

}  // namespace strata::io

#if STRATA_HAS_BODIES
namespace strata::io {

STRATA_FUNCTION void check_prefix(std::span<const TensorFacts> tensors, const char* option,
                                  std::string_view prefix, std::string_view where) {
    std::vector<std::string_view> names;
    for (const TensorFacts& tensor : tensors) {
        if (tensor.name.starts_with(prefix)) return;
        // For the message only: of any file a bounded part.
        if (names.size() < 1000) names.push_back(tensor.name.substr(0, 250));
    }
    if (prefix.empty()) return;
    throw ValueError(message(where, ": ", option, ": no name begins with ", shown(prefix),
                             detail::near_names(prefix, detail::with_prefixes(names))));
}

STRATA_FUNCTION Matching match_state(std::span<const TensorFacts> sources,
                                     std::span<const TensorFacts> places, const LoadOptions& options,
                                     std::string_view source, std::string_view place) {
    check_prefix(sources, "from", options.from, source);
    check_prefix(places, "to", options.to, place);
    check_prefix(places, "prefix", options.prefix, place);
    const auto describe = [](const TensorFacts& tensor) {
        return shown(tensor.name) + ' ' + std::string(dtype_name(tensor.dtype)) + ' ' +
               shape_text(tensor.shape);
    };
    // What the sources are called where they go, sorted.
    std::vector<std::pair<std::string, std::size_t>> named;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (!sources[i].name.starts_with(options.from)) continue;
        std::string name = options.to + std::string(sources[i].name.substr(options.from.size()));
        if (name.starts_with(options.prefix)) named.emplace_back(std::move(name), i);
    }
    detail::sort(named.data(), named.size(), [](const auto& a, const auto& b) {
        const int order = a.first.compare(b.first);
        return order < 0 || (order == 0 && a.second < b.second);
    });
    std::vector<char> waiting(sources.size());  // whether; std::vector<bool> costs more to compile
    for (const auto& one : named) waiting[one.second] = true;

    Matching result;
    LoadReport& report = result.report;
    for (std::size_t p = 0; p < places.size(); ++p) {
        const TensorFacts& expected = places[p];
        if (!expected.name.starts_with(options.to) || !expected.name.starts_with(options.prefix)) continue;
        const auto at =
            std::lower_bound(named.begin(), named.end(), expected.name,
                             [](const auto& one, std::string_view name) { return one.first < name; });
        if (at == named.end() || at->first != expected.name) {
            report.missing.emplace_back(expected.name);
            report.lines.push_back("missing:    " + describe(expected));
            continue;
        }
        const TensorFacts& found = sources[at->second];
        waiting[at->second] = false;
        const bool same_shape =
            std::equal(found.shape.begin(), found.shape.end(), expected.shape.begin(), expected.shape.end());
        if (!same_shape) {
            std::string line = "shape:      " + shown(expected.name) + " found " + shape_text(found.shape) +
                               ", expected " + shape_text(expected.shape);
            const std::size_t rank = found.shape.size();
            bool transposed = rank == expected.shape.size();
            for (std::size_t i = 0; transposed && i < rank; ++i)
                transposed = found.shape[i] == expected.shape[rank - 1 - i];
            if (transposed) line += ": transposed? Weights are stored [out, in]";
            report.lines.push_back(line);
        }
        if (found.dtype != expected.dtype)
            report.lines.push_back("dtype:      " + shown(expected.name) + " found " +
                                   std::string(dtype_name(found.dtype)) + ", expected " +
                                   std::string(dtype_name(expected.dtype)));
        if (same_shape && found.dtype == expected.dtype) {
            report.loaded.emplace_back(expected.name);
            result.pairs.emplace_back(p, at->second);
        } else {
            report.different.push_back({std::string(expected.name),
                                        {found.shape.begin(), found.shape.end()},
                                        {expected.shape.begin(), expected.shape.end()},
                                        found.dtype,
                                        expected.dtype});
        }
    }
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (!waiting[i]) continue;
        report.unexpected.emplace_back(sources[i].name);
        report.lines.push_back("unexpected: " + describe(sources[i]));
    }
    return result;
}

}  // namespace strata::io
#endif
