#pragma once
// The options, findings and comparison of a check of gradients: the numbers that a backward
// pass computes against central differences of sum(dy y).

#include <cmath>
#include <cstdint>
#include <iosfwd>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/tools/table.hpp>

namespace strata {

struct GradientCheckOptions {
    double step = 1e-5;       ///< of the differences
    double tolerance = 1e-6;  ///< relative; what is smaller than 0.01 counts as 0.01
    Size batch = 3;
    std::uint64_t seed = 7;  ///< of all numbers drawn, and of the layers' own before each forward pass
    Size elements = 0;       ///< at most so many of each tensor, evenly spread; 0: all
    std::vector<double> input = {};   ///< in place of drawn numbers: all inputs one behind the other
    std::vector<double> target = {};  ///< of a loss
};

/// One tensor: a parameter by its name, "input", "input 1", or "prediction".
struct CheckedTensor {
    std::string name;
    std::vector<Size> extents;  ///< with the batch, where it is one
    Size compared = 0;          ///< elements
    Size kinks = 0;  ///< elements that were left out, because the function has a kink or a jump there
    Size worst = 0;  ///< the element with the largest error
    double backward = 0, difference = 0, error = 0;  ///< of that element
    bool adds_up = true;  ///< a second backward pass without zero_grad adds to the first

    bool agrees(double tolerance) const { return compared > 0 && error <= tolerance && adds_up; }
    /// "[1, 2]"
    std::string index() const;
};

class GradientCheck {
public:
    std::vector<CheckedTensor> tensors;
    double tolerance = 0;
    std::string problem;  ///< why nothing could be compared, if so
    std::string remedy;   ///< what would mend it, if that is known

    bool ok() const;
    explicit operator bool() const { return ok(); }

    /// The tensor that is farthest off.
    const CheckedTensor& worst() const;

    std::string text() const;
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& stream,
                                                        const GradientCheck& check) {
        return stream << check.text();
    }

private:
    static constexpr const char* what_is_nan = "NaN comes where a layer leaves an element unwritten, or "
                                               "reads one before it has written it: y and dx "
                                               "begin as NaN.\n";

    double badness(const CheckedTensor& tensor) const;
    std::string describe(const CheckedTensor& t) const;
};

namespace detail {

/// What is differentiated: y, weighted with dy. The numbers it depends on are changed from outside.
class GradientProblem {
public:
    std::vector<double> y, dy;
    virtual ~GradientProblem() = default;
    virtual void forward() = 0;  ///< writes y
};

/// sum(dy (a - b))
double weighted_difference(const std::vector<double>& dy, const std::vector<double>& a,
                           const std::vector<double>& b);

/// Relative to the larger one, if that is not too small for it.
double relative_error(double a, double b);

/// Changes one number at a time.
class Differences {
public:
    explicit Differences(GradientProblem& problem) : problem_(problem) {
        problem_.forward();
        base_ = problem_.y;
    }
    /// The central difference quotient. Leaves the two one-sided ones.
    double slope(double& value, double step);
    /// Whether the function has a kink or a jump within a step. Where it is smooth, the one-sided quotients
    /// come closer to each other as the step does; at a kink they stay apart.
    bool is_kink(double& value, double step);

private:
    GradientProblem& problem_;
    std::vector<double> base_, above_;
    double left_ = 0, right_ = 0;
};

/// Compares `backward` with the central differences for all elements of `values`, or for some.
void compare_with_differences(GradientProblem& problem, double* values, const double* backward,
                              const GradientCheckOptions& options, CheckedTensor& result);

}  // namespace detail
}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION std::string CheckedTensor::index() const {
    std::string text;
    Size rest = worst;
    for (Size i = extents.size(); i-- > 0; rest /= extents[i])
        text = std::to_string(rest % extents[i]) + (text.empty() ? "" : ", ") + text;
    return message("[", text, "]");
}

STRATA_FUNCTION bool GradientCheck::ok() const {
    bool all = problem.empty() && !tensors.empty();
    for (const CheckedTensor& tensor : tensors) all = all && tensor.agrees(tolerance);
    return all;
}

STRATA_FUNCTION const CheckedTensor& GradientCheck::worst() const {
    const CheckedTensor* found = &tensors.at(0);
    for (const CheckedTensor& tensor : tensors)
        if (badness(tensor) > badness(*found)) found = &tensor;
    return *found;
}

STRATA_FUNCTION std::string GradientCheck::text() const {
    if (!problem.empty()) return problem + "\n";
    if (tensors.empty()) return "there is no gradient to check\n";
    std::string result = ok() ? "the gradients agree\n" : describe(worst()) + remedy;
    std::vector<std::vector<std::string>> lines{
        {"Tensor", "Compared", "Kinks", "Largest error", "at", "Backward pass", "Differences"}};
    for (const CheckedTensor& t : tensors)
        lines.push_back({t.name, std::to_string(t.compared), std::to_string(t.kinks),
                         detail::with_two_digits(t.error), t.index(), message(t.backward),
                         message(t.difference)});
    return result + detail::text_of_table(lines, 1);
}

STRATA_FUNCTION double GradientCheck::badness(const CheckedTensor& tensor) const {
    return tensor.error <= tolerance && !tensor.agrees(tolerance) ? 2 * tolerance : tensor.error;
}

STRATA_FUNCTION std::string GradientCheck::describe(const CheckedTensor& t) const {
    if (t.compared == 0) return message("all of ", t.name, " lies at kinks; choose another input\n");
    if (t.error <= tolerance)
        return message("a second backward pass does not add to the gradient of ", t.name,
                       " where `accumulate` says so\n");
    return message("the gradients differ: that of ", t.name, t.index(), " is ", t.backward,
                   " by the backward pass, and ", t.difference, " by central differences\n(an error of ",
                   detail::with_two_digits(t.error), ", where ", tolerance, " is allowed)\n",
                   std::isfinite(t.backward) ? "" : what_is_nan);
}

}  // namespace strata
namespace strata::detail {

STRATA_FUNCTION double weighted_difference(const std::vector<double>& dy, const std::vector<double>& a,
                                           const std::vector<double>& b) {
    double sum = 0;
    for (Size i = 0; i < dy.size(); ++i) sum += dy[i] * (a[i] - b[i]);
    return sum;
}

STRATA_FUNCTION double relative_error(double a, double b) {
    const double error = std::fabs(a - b) / std::max({std::fabs(a), std::fabs(b), 0.01});
    return std::isfinite(error) ? error : HUGE_VAL;
}

STRATA_FUNCTION double Differences::slope(double& value, double step) {
    const double kept = value, right = kept + step, left = kept - step;
    value = right;
    problem_.forward();
    above_ = problem_.y;
    value = left;
    problem_.forward();
    value = kept;
    right_ = weighted_difference(problem_.dy, above_, base_) / (right - kept);
    left_ = weighted_difference(problem_.dy, base_, problem_.y) / (kept - left);
    return weighted_difference(problem_.dy, above_, problem_.y) / (right - left);
}

STRATA_FUNCTION bool Differences::is_kink(double& value, double step) {
    slope(value, step);
    double apart = right_ - left_;
    if (relative_error(left_, right_) <= 1e-6) return false;
    for (int i = 0; i < 2; ++i) {
        step /= 2;
        slope(value, step);
        const double ratio = (right_ - left_) / apart;
        if (!(ratio > 0.4 && ratio < 0.6)) return true;
        apart = right_ - left_;
    }
    return false;
}

STRATA_FUNCTION void compare_with_differences(GradientProblem& problem, double* values,
                                              const double* backward, const GradientCheckOptions& options,
                                              CheckedTensor& result) {
    Size size = 1;
    for (const Size extent : result.extents) size *= extent;
    const Size count = options.elements == 0 || options.elements > size ? size : options.elements;
    Differences differences(problem);
    for (Size n = 0; n < count; ++n) {
        const Size i = count == size ? n : n * size / count;
        const double slope = differences.slope(values[i], options.step);
        const double error = relative_error(backward[i], slope);
        if (error > options.tolerance && std::isfinite(slope) && std::isfinite(backward[i]) &&
            differences.is_kink(values[i], options.step)) {
            ++result.kinks;
            continue;
        }
        if (++result.compared > 1 && error <= result.error) continue;
        result.worst = i;
        result.backward = backward[i];
        result.difference = slope;
        result.error = error;
    }
}

}  // namespace strata::detail
#endif
