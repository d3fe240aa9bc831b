#pragma once
// Softmax, its logarithm, the loss of a class and the gradient: a warp per sample, and the normalised
// probabilities are never stored.
//
// With the target distribution q over the classes, weights included,
//   loss = -sum(q log p) = sum(q) log(sum(exp(x))) - sum(q x),   d loss / d logits = sum(q) p - q
// and with weights w, smoothing e and C classes
//   q[c] = w[c] ((1 - e) [c == t] + e / C)   for a class index t
//   q[c] = w[c] ((1 - e) t[c] + e / C)       for probabilities t
//
// Class indices take three steps: the labels are checked and their weights summed; each sample leaves its
// term of the loss and its gradient; the terms are summed. A label out of range cannot throw here: the report
// says so, and the step goes on with zeros.

#include <cstdint>
#include <strata/backends/cuda/labels.hpp>
#include <strata/backends/cuda/map.hpp>
#include <strata/backends/cuda/reduce.hpp>
#include <strata/backends/cuda/softmax.hpp>
#include <strata/core/operations/cross_entropy_options.hpp>

namespace strata::cuda {

namespace detail {

/// The samples of a prediction, (outer, classes, inner), and what each of them leaves.
template <class T>
struct Samples {
    ClassExtent e;
    const T* x;
    T* gradient;           ///< may be x, may be null
    const double* weight;  ///< one per class, or null
    double* terms;         ///< one per sample

    STRATA_DEVICE double weight_of(Size c) const { return weight != nullptr ? weight[c] : 1.0; }
    STRATA_DEVICE Size at(Size sample, Size c) const { return row_begin(e, sample) + c * e.inner; }
};

/// Leaves a term and its gradient, times `scale`, for a distribution whose c-th part is share(c).
template <class Group, class T, class Share>
STRATA_DEVICE inline void distribution_loss(const Group& group, const Samples<T>& samples, Size sample,
                                            double scale, const Share& share) {
    const Size begin = samples.at(sample, 0), stride = samples.e.inner, classes = samples.e.classes;
    const T* const x = samples.x + begin;
    const double whole = group.sum(classes, share);
    const double expected =
        group.sum(classes, [&](Size c) { return share(c) * static_cast<double>(x[c * stride]); });
    const SoftmaxTerms<T> terms(group, x, classes, stride);
    const double log_normaliser =
        static_cast<double>(terms.highest) + math::log(static_cast<double>(terms.sum));
    if (group.leads()) samples.terms[sample] = whole * log_normaliser - expected;
    if (samples.gradient == nullptr) return;
    T* const dx = samples.gradient + begin;
    const T factor = static_cast<T>(scale * whole) / terms.sum;
    group.for_each(classes, [&](Size c) {
        dx[c * stride] = math::exp(x[c * stride] - terms.highest) * factor - static_cast<T>(scale * share(c));
    });
}

/// Class indices.
template <class T>
struct ClassIndexLoss {
    Samples<T> samples;
    const std::int64_t* target;
    LabelCount labels;
    double smoothing;
    bool mean, log_probabilities;
    std::int64_t ignore_index;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size sample) const {
        const std::int64_t label = target[sample];
        if (labels.refused() || label == ignore_index) return nothing(group, sample);
        const Size own = static_cast<Size>(label);
        const double scale = mean ? 1.0 / labels.weight() : 1.0;
        if (log_probabilities) return picked(group, sample, own, scale);
        if (smoothing == 0) return one_class(group, sample, own, scale);
        const double everywhere = smoothing / static_cast<double>(samples.e.classes);
        distribution_loss(group, samples, sample, scale, [&](Size c) {
            return samples.weight_of(c) * ((c == own ? 1 - smoothing : 0.0) + everywhere);
        });
    }

private:
    template <class Group>
    STRATA_DEVICE void nothing(const Group& group, Size sample) const {
        if (group.leads()) samples.terms[sample] = 0;
        if (samples.gradient == nullptr) return;
        group.for_each(samples.e.classes, [&](Size c) { samples.gradient[samples.at(sample, c)] = T(0); });
    }

    /// x is log-probabilities: the loss only picks from them.
    template <class Group>
    STRATA_DEVICE void picked(const Group& group, Size sample, Size own, double scale) const {
        const double weight = samples.weight_of(own);
        if (group.leads())
            samples.terms[sample] = -weight * static_cast<double>(samples.x[samples.at(sample, own)]);
        if (samples.gradient == nullptr) return;
        group.sync();  // the gradient may take the place of x
        group.for_each(samples.e.classes, [&](Size c) {
            samples.gradient[samples.at(sample, c)] = c == own ? static_cast<T>(-scale * weight) : T(0);
        });
    }

    /// The whole weight lies on one class, and an infinite x elsewhere does no harm.
    template <class Group>
    STRATA_DEVICE void one_class(const Group& group, Size sample, Size own, double scale) const {
        const Size begin = samples.at(sample, 0), stride = samples.e.inner, classes = samples.e.classes;
        const T* const x = samples.x + begin;
        const double weight = samples.weight_of(own);
        const SoftmaxTerms<T> terms(group, x, classes, stride);
        if (group.leads()) {
            const double log_normaliser =
                static_cast<double>(terms.highest) + math::log(static_cast<double>(terms.sum));
            samples.terms[sample] = weight * (log_normaliser - static_cast<double>(x[own * stride]));
        }
        if (samples.gradient == nullptr) return;
        group.sync();  // the gradient may take the place of x
        T* const dx = samples.gradient + begin;
        const T factor = static_cast<T>(scale * weight) / terms.sum;
        group.for_each(classes, [&](Size c) {
            const T p = math::exp(x[c * stride] - terms.highest) * factor;
            dx[c * stride] = c == own ? p - static_cast<T>(scale * weight) : p;
        });
    }
};

/// Probabilities of x's own shape.
template <class T>
struct ProbabilityLoss {
    Samples<T> samples;
    const T* target;
    double smoothing, scale;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size sample) const {
        const double everywhere = smoothing / static_cast<double>(samples.e.classes);
        distribution_loss(group, samples, sample, scale, [&](Size c) {
            const double given = static_cast<double>(target[samples.at(sample, c)]);
            return samples.weight_of(c) * ((1 - smoothing) * given + everywhere);
        });
    }
};

struct StoreLoss {
    LossReport* report;
    LabelCount labels;
    bool mean;

    STRATA_DEVICE void operator()(double sum) const {
        constexpr double not_a_number = __builtin_nan("");
        report->value = {sum, mean ? labels.weight() : 1.0};
        if (labels.refused()) report->value = not_a_number;
    }
};

/// All three steps by one block, for a batch of a few hundred samples whose classes lie side by side: one
/// kernel in place of three. Counts the samples whose largest x is that of their class, too.
template <class T>
struct SmallBatchLoss {
    CountLabels<Labels> count_labels;
    ClassIndexLoss<T> loss;
    SumAll<TermsInMemory, StoreLoss> total;
    LossReport* report;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group) const {
        const Size samples = count_labels.count;
        count_labels(group, 0);
        const Labels& labels = count_labels.from;
        const Positions<T> positions{loss.samples.x, loss.target, loss.samples.e, loss.ignore_index};
        const double correct = group.sum(samples, [&](Size i) { return positions.correct(i); });
        const double counted = labels.class_weight == nullptr
                                   ? count_labels.result.weight()  // 1 each
                                   : group.sum(samples, [&](Size i) { return positions.counts(i); });
        group.sync();
        group.for_each_warp(samples, [&](const WarpGroup& warp, Size sample) { loss(warp, sample); });
        group.sync();
        total(group, 0);
        if (!group.leads()) return;
        report->correct = static_cast<Size>(correct);
        report->counted = static_cast<Size>(counted);
    }
};

/// A functor of the column's number and the elements, as one of an index.
template <class Elements, class T>
struct ByColumn {
    Elements elements;
    const double* numbers;
    Size columns;

    STRATA_DEVICE auto operator()(Size i) const {
        return elements.with(i, static_cast<T>(numbers[i % columns]));
    }
};

}  // namespace detail

class CrossEntropyOperations : public virtual Queue {
public:
    /// Reports the loss of x, (batch, classes, d...), against class indices, (batch, d...); with a non-null
    /// gradient, its derivative there, which may be x's own memory. A label out of range makes the value NaN
    /// and the gradient zero, and is reported unless an earlier one still is.
    template <class X, class T, class Options>
    void cross_entropy(X x, const std::int64_t* target, T* gradient, const Options& options,
                       LossReport* report) const {
        double smoothing = 0;
        if constexpr (Options::may_smooth) smoothing = options.label_smoothing;
        const ClassExtent e = class_extent(x);
        const Size count = e.outer * e.inner;
        const detail::Samples<T> samples = samples_of(e, x.data, gradient, options);
        const detail::LabelCount labels{samples.terms + count};
        const detail::Labels given{target, samples.weight, count, e.classes, options.ignore_index};
        const detail::ClassIndexLoss<T> loss{samples,
                                             target,
                                             labels,
                                             smoothing,
                                             options.mean,
                                             options.log_probabilities,
                                             options.ignore_index};
        const detail::TermsInMemory terms{samples.terms};
        const detail::StoreLoss store{report, labels, options.mean};
        if (X::dims.rank == 1 && counts_correct_with_loss(count, e.classes)) {
            const detail::CountLabels<detail::Labels> count_labels{given,     count,  target, count,
                                                                   e.classes, labels, report};
            const detail::SumAll<detail::TermsInMemory, detail::StoreLoss> total{terms, count, store};
            one_block(detail::SmallBatchLoss<T>{count_labels, loss, total, report});
        } else {
            count_labels(given, labels, report);
            for_each_warp(count, loss);
            detail::total(*this, count, terms, store);
        }
    }
    /// Whether a loss of so many samples counts the correct ones too.
    static bool counts_correct_with_loss(Size samples, Size classes) {
        constexpr Size most_samples = 128, most_classes = 128;  // four samples for each warp of the block
        return samples <= most_samples && classes <= most_classes;
    }

    /// The same against probabilities of x's own shape. The mean is over samples, whatever their weights;
    /// nothing is ignored.
    template <class X, class T>
    void cross_entropy(X x, const T* target, T* gradient, const SmoothedCrossEntropyOptions& options,
                       LossReport* report) const {
        const ClassExtent e = class_extent(x);
        const Size count = e.outer * e.inner;
        const double divisor = options.mean ? static_cast<double>(count) : 1.0;
        const detail::Samples<T> samples = samples_of(e, x.data, gradient, options);
        for_each_warp(count,
                      detail::ProbabilityLoss<T>{samples, target, options.label_smoothing, 1.0 / divisor});
        detail::total(*this, count, detail::TermsInMemory{samples.terms},
                      detail::StoreValue{report, divisor});
    }

    /// As `sum` of map.hpp, of `f(number of the column, operands...)` over a matrix whose columns each have a
    /// number of their own, in double and on the host.
    template <class F, class... P>
    void sum_by_column(LossReport* report, double divisor, Size rows, Size columns, const double* numbers,
                       const F& f, P*... operand) const {
        using T = typename detail::First<P...>::type;
        using Elements = detail::Elementwise<F, P...>;
        const double* const on_device = detail::scratch(*this).constant(numbers, columns);
        detail::total(*this, rows * columns,
                      detail::ByColumn<Elements, T>{Elements{{operand}..., f}, on_device, columns},
                      detail::StoreValue{report, divisor});
    }

private:
    void count_labels(const detail::Labels& labels, detail::LabelCount result, LossReport* report) const {
        const detail::Chunks chunks(labels.count);
        if (chunks.count == 1)
            return for_each_block(1, detail::CountLabels<detail::Labels>{labels, labels.count, labels.target,
                                                                         labels.count, labels.classes, result,
                                                                         report});
        double* const partials = detail::scratch(*this).partials.of(2 * chunks.count);
        const detail::LabelChunks counted{partials, partials + chunks.count};
        for_each_block(chunks.count, detail::CountLabelChunk{labels, chunks.size, counted});
        for_each_block(1, detail::CountLabels<detail::LabelChunks>{counted, chunks.count, labels.target,
                                                                   labels.count, labels.classes, result,
                                                                   report});
    }

    /// The count of labels lies behind the terms.
    template <class T>
    detail::Samples<T> samples_of(ClassExtent e, const T* x, T* gradient,
                                  const CrossEntropyOptions& options) const {
        return {e, x, gradient, detail::scratch(*this).constant(options.weight, options.weights),
                detail::scratch(*this).terms.of(e.outer * e.inner + detail::LabelCount::size)};
    }
};

}  // namespace strata::cuda
