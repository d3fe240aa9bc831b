#pragma once
// The options of loading named tensors, and the report of what came of it.

#include <cstddef>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <strata/core/message.hpp>
#include <strata/io/dtype.hpp>

namespace strata {

namespace io {

/// Each line of a list, for a message; of a long list the first hundred.
[[gnu::cold]] void append_lines(std::string& text, const std::vector<std::string>& lines);

}  // namespace io

/// What is loaded, and under which names. Each prefix is taken letter by letter: "layer1." is the layer,
/// "layer1" also begins "layer10.weight".
struct LoadOptions {
    /// All tensors that are looked at have to be there on both sides, and equal in shape and type. If not,
    /// what fits is loaded, and the report says what did not.
    bool strict = true;
    std::string prefix = {};  ///< on both sides only names that begin with it are looked at
    /// In the file only names that begin with `from` are looked at, in the model only those that begin with
    /// `to`, which takes its place: {.from = "backbone.", .to = "0."}
    std::string from = {};
    std::string to = {};
};

/// The same for a copy within the memory, which is never strict.
struct CopyOptions {
    std::string prefix = {};
    std::string from = {};
    std::string to = {};
};

/// A tensor that is there on both sides, and not equal in shape or type.
struct StateDifference {
    std::string name;
    std::vector<std::size_t> found, expected;
    DType found_dtype = DType::F32, expected_dtype = DType::F32;
};

/// What was loaded, and what was not. Names are the model's; those in `unexpected` are the file's.
struct LoadReport {
    std::vector<std::string> loaded;
    std::vector<std::string> missing;     ///< of the model, and not in the file
    std::vector<std::string> unexpected;  ///< in the file, and not of the model
    std::vector<StateDifference> different;
    std::vector<std::string> lines;  ///< all that was not loaded, one line each

    /// Whether there was nothing but what is listed in `loaded`.
    bool complete() const { return lines.empty(); }
    [[gnu::cold]] std::string text() const;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::io {

STRATA_FUNCTION void append_lines(std::string& text, const std::vector<std::string>& lines) {
    constexpr std::size_t most = 100;
    for (std::size_t i = 0; i < lines.size() && i < most; ++i) text += message("\n  ", lines[i]);
    if (lines.size() > most) text += message("\n  ... and ", lines.size() - most, " more");
}

}  // namespace strata::io
namespace strata {

STRATA_FUNCTION std::string LoadReport::text() const {
    std::string result = message(loaded.size(), loaded.size() == 1 ? " tensor" : " tensors", " loaded");
    if (!complete())
        result += message(", ", lines.size(), lines.size() == 1 ? " difference" : " differences");
    io::append_lines(result, lines);
    return result;
}

}  // namespace strata
#endif
