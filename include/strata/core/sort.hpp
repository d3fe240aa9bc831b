#pragma once
// A sort that costs little to compile: std::sort brings four algorithms into every program for each type.

#include <strata/core/config.hpp>
#include <utility>

namespace strata::detail {

/// Sorts n values, largest last; at most about 2 n log2(n) calls of `less`, whatever the order was. Equal values may
/// change places (heapsort).
template <class T, class Less>
[[gnu::cold]] void sort(T* values, Size n, const Less& less) {
    Size unordered = n / 2;  // what lies before it is no heap yet
    while (n > 1) {
        if (unordered > 0)
            --unordered;
        else
            std::swap(values[0], values[--n]);
        for (Size parent = unordered, child; (child = 2 * parent + 1) < n; parent = child) {
            if (child + 1 < n && less(values[child], values[child + 1])) ++child;
            if (!less(values[parent], values[child])) break;
            std::swap(values[parent], values[child]);
        }
    }
}

}  // namespace strata::detail
