#pragma once
// The refusal of a value by the random and init functions: "normal_: std is -1, and it must be at least 0".

#include <cstdio>
#include <strata/core/error.hpp>

namespace strata::random_detail {

/// Throws ValueError with the function, the name of the argument, its value, and its limit.
[[noreturn]] inline void refuse(const char* function, const char* argument, double value, const char* limit) {
    char message[256];
    std::snprintf(message, sizeof message, "%s: %s is %.10g, and it must be %s", function, argument, value,
                  limit);
    throw ValueError(message);
}

/// The same where the limit is the value of another argument.
[[noreturn]] inline void refuse(const char* function, const char* argument, double value, const char* limit,
                                double limit_value) {
    char phrase[128];
    std::snprintf(phrase, sizeof phrase, "%s %.10g", limit, limit_value);
    refuse(function, argument, value, phrase);
}

}  // namespace strata::random_detail
