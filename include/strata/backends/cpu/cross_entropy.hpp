#pragma once
// Softmax, its logarithm, the loss of a class index and the gradient, in one pass over each row: the row is read
// once, and the normalised probabilities are never stored.
//
// With weights w, smoothing e and C classes the target distribution of class t is
//   q[c] = (1 - e) w[t] [c == t] + e / C w[c],   loss = -sum(q log p),   d loss / d logits = sum(q) p - q

#include <cstdint>
#include <strata/backends/cpu/softmax.hpp>
#include <strata/core/cross_entropy_options.hpp>
#include <strata/core/error.hpp>
#include <string>

namespace strata::cpu {

namespace detail {

/// Checks every label; returns what the mean divides by.
template <class T>
double check_labels(const std::int64_t* target, Size count, Size classes, const CrossEntropyOptions& options) {
    if (options.weights != 0 && options.weights != classes)
        throw ValueError("strata: weight: found " + std::to_string(options.weights) + " class weights, but the network has " +
                         std::to_string(classes) + " classes");
    double total = 0;
    for (Size i = 0; i < count; ++i) {
        const std::int64_t label = target[i];
        if (label == options.ignore_index) continue;
        if (label < 0 || label >= static_cast<std::int64_t>(classes))
            throw ValueError("strata: target: found the label " + std::to_string(label) + " at index " + std::to_string(i) +
                             " of the batch, but labels lie in [0, " + std::to_string(classes) + ")");
        total += options.weights != 0 ? options.weight[label] : 1.0;
    }
    return total;
}

}  // namespace detail

struct CrossEntropyOperations {
    /// The loss of x, (batch, classes), against class indices; with a non-null gradient, its derivative there, which
    /// may be x's own memory.
    template <class X, class T>
    static double cross_entropy(X x, const std::int64_t* target, T* gradient, const CrossEntropyOptions& options) {
        constexpr Size classes = X::columns;
        const Size rows = x.rows();
        const double counted = detail::check_labels<T>(target, rows, classes, options);
        const double scale = options.mean ? 1.0 / counted : 1.0;
        double smooth_weight = 0;  // sum over classes of e / C w[c]
        for (Size c = 0; c < classes; ++c)
            smooth_weight += options.label_smoothing / classes * (options.weights != 0 ? options.weight[c] : 1.0);

        double total = 0;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size row = 0; row < rows; ++row) {
                const T* in = x.data + row * classes;
                T* out = gradient == nullptr ? nullptr : gradient + row * classes;
                const std::int64_t label = target[row];
                if (label == options.ignore_index) {
                    for (Size c = 0; out != nullptr && c < classes; ++c) out[c] = T(0);
                    continue;
                }
                const double own = (1 - options.label_smoothing) * (options.weights != 0 ? options.weight[label] : 1.0);
                const T at_label = in[label];
                double log_normaliser = 0;
                T sum_of_exps = 1;
                double smoothed = 0;  // sum of e / C w[c] x[c]
                if (options.label_smoothing != 0)
                    for (Size c = 0; c < classes; ++c)
                        smoothed += options.label_smoothing / classes * (options.weights != 0 ? options.weight[c] : 1.0) *
                                    static_cast<double>(in[c]);
                if (!options.log_probabilities) {
                    const T highest = detail::row_maximum<V>(in, classes);
                    sum_of_exps = detail::sum_of_exps<V>(in, highest, classes, out);
                    log_normaliser = static_cast<double>(highest) + std::log(static_cast<double>(sum_of_exps));
                }
                total += own * (log_normaliser - static_cast<double>(at_label)) + smooth_weight * log_normaliser - smoothed;
                if (out == nullptr) continue;
                const T factor = options.log_probabilities ? T(0) : static_cast<T>(scale * (own + smooth_weight)) / sum_of_exps;
                for (Size c = 0; c < classes; ++c) out[c] = options.log_probabilities ? T(0) : out[c] * factor;
                if (options.label_smoothing != 0)
                    for (Size c = 0; c < classes; ++c)
                        out[c] -= static_cast<T>(scale * options.label_smoothing / classes *
                                                 (options.weights != 0 ? options.weight[c] : 1.0));
                out[label] -= static_cast<T>(scale * own);
            }
        });
        return total * scale;
    }
};

}  // namespace strata::cpu
