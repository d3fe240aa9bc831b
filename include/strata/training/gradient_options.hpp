#pragma once
// The options of `fit` about gradients. Where one is written it brings the code that it needs, so that programs
// without it do not compile that.

#include <strata/training/gradient_work.hpp>
#include <strata/training/validation_loader.hpp>
#include <type_traits>

namespace strata::detail {

/// How an option is set, and what a trainer has.
struct ClipNorm {
    template <class Work>
    static void set(Work& work, double value) {
        work.clip_norm(value, 2);
    }
    template <class Work>
    static double get(const Work& work) {
        return work.max_norm();
    }
};
struct ClipToLargest {
    template <class Work>
    static void set(Work& work, double value) {
        work.clip_value(value);
    }
    template <class Work>
    static double get(const Work& work) {
        return work.max_value();
    }
};
struct Accumulate {
    template <class Work>
    static void set(Work& work, double value) {
        work.accumulate(value);
    }
    template <class Work>
    static double get(const Work& work) {
        return static_cast<double>(work.batches());
    }
};

/// A number, if there is one.
template <class Work, class What>
class GradientOption {
public:
    GradientOption() = default;
    template <class Number>
    requires std::is_arithmetic_v<Number> GradientOption(Number value)
        : value_(static_cast<double>(value)), set_(&What::template set<Work>) {}

    void apply(Work& work) const {
        if (set_ != nullptr) set_(work, value_);
    }
    bool contradicts(const Work& work) const { return set_ != nullptr && value_ != What::get(work); }

private:
    double value_ = 0;
    void (*set_)(Work&, double) = nullptr;
};
/// The same in options that are made without knowing the model.
template <class What>
class GradientOption<void, What> {
public:
    GradientOption() = default;
    template <class Number>
    requires std::is_arithmetic_v<Number> GradientOption(Number value)
        : value_(static_cast<double>(value)), is_given_(true) {}

    template <class Work>
    void apply(Work& work) const {
        if (is_given_) What::set(work, value_);
    }
    template <class Work>
    bool contradicts(const Work& work) const {
        return is_given_ && value_ != What::get(work);
    }

private:
    double value_ = 0;
    bool is_given_ = false;
};

/// What an option works on, by what FitOptions is a template of.
template <class Loader>
struct GradientWorkOf {
    using Type = void;
};
template <class Evaluator>
struct GradientWorkOf<ValidationLoader<Evaluator>> {
    using Model = typename Evaluator::model_type;
    using Type = GradientWork<typename Model::device_type, typename Model::value_type>;
};
template <class Loader, class What>
using GradientOptionFor = GradientOption<typename GradientWorkOf<Loader>::Type, What>;

}  // namespace strata::detail
