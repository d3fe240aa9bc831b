// The figures of an epoch: the loss of the whole data set in one batch, however it is cut into
// batches and whatever its targets weigh, against PyTorch's numbers; and the share of right answers among
// the targets that count.

#include "catch.hpp"
#include "device.hpp"
#include "golden/epoch.hpp"
#include "io/support.hpp"

#include <algorithm>
#include <cmath>
#include <strata/layers/identity.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/bce_with_logits_loss.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/kl_div_loss.hpp>
#include <strata/losses/loss_module.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/fit.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace strata;
namespace numbers = golden::epoch;

namespace {

using Logits = Sequential<Input<4>, Identity>;
using LogProbabilities = Sequential<Input<4>, LogSoftmax>;
using LogitsAt = Sequential<Input<3, 2, 2>, Identity>;
using LogProbabilitiesAt = Sequential<Input<3, 2, 2>, LogSoftmax>;

template <class T, Size Rank, Size N>
xt::xtensor<T, Rank> tensor(std::array<Size, Rank> shape, const T (&values)[N]) {
    xt::xtensor<T, Rank> result(shape);
    std::copy(std::begin(values), std::end(values), result.begin());
    return result;
}
template <Size N>
std::vector<double> weights(const float (&values)[N], Size count = N) {
    return {std::begin(values), std::begin(values) + count};
}

/// Samples first to last, as a container of their own.
template <class X>
X rows(const X& all, Size first, Size last) {
    auto shape = all.shape();
    const Size width = all.size() / shape[0];
    shape[0] = last - first;
    X result(shape);
    std::copy(all.begin() + static_cast<std::ptrdiff_t>(first * width),
              all.begin() + static_cast<std::ptrdiff_t>(last * width), result.begin());
    return result;
}
template <class X, class Y>
std::vector<std::pair<X, Y>> batches_of(const X& inputs, const Y& targets, Size size) {
    std::vector<std::pair<X, Y>> batches;
    const Size samples = inputs.shape()[0];
    for (Size first = 0; first < samples; first += size) {
        const Size last = std::min(first + size, samples);
        batches.emplace_back(rows(inputs, first, last), rows(targets, first, last));
    }
    return batches;
}

const auto logits = tensor<float, 2>({11, 4}, numbers::z);
const auto labels = tensor<std::int64_t, 1>({11}, numbers::t);
const auto shares = tensor<float, 2>({11, 4}, numbers::q);
const auto values = tensor<float, 2>({11, 4}, numbers::x);
const auto wanted = tensor<float, 2>({11, 4}, numbers::y);
const auto logits_at = tensor<float, 4>({5, 3, 2, 2}, numbers::z_at);
const auto labels_at = tensor<std::int64_t, 3>({5, 2, 2}, numbers::t_at);

template <class Net, class LossType, class X, class Y>
void check_epoch(const LossType& loss, const X& inputs, const Y& targets, double expected) {
    const test::Model<Net> model;
    for (const Size size : {1, 2, 3, 4, 11}) {
        INFO("batches of " << size);
        const auto batches = batches_of(inputs, targets, size);
        CHECK(evaluate(model, batches, loss).loss == Approx(expected).epsilon(2e-6));
        CHECK(std::isfinite(evaluate(model, batches, loss, EpochLoss::batch_sum_per_sample).loss));
        for (const bool recorded : {false, true}) {
            Evaluator evaluator{model, loss};
            evaluator.record(recorded);
            for (int pass = 0; pass < 2; ++pass) {
                evaluator.clear_totals();
                for (const auto& [a, b] : batches) (void)evaluator(test::to(a), test::to(b));
                CHECK(evaluator.totals().loss() == Approx(expected).epsilon(2e-6));
            }
        }
    }
}

xt::xtensor<std::int64_t, 1> without_ignored(xt::xtensor<std::int64_t, 1> classes) {
    for (auto& label : classes) label = std::max<std::int64_t>(label, 0);
    return classes;
}

struct SquareMean : LossModule<SquareMean> {
    static constexpr auto forward(auto prediction, auto target) {
        const auto d = prediction - target;
        return mean(d * d);
    }
};
struct SquareSum : LossModule<SquareSum> {
    static constexpr auto forward(auto prediction, auto target) {
        const auto d = prediction - target;
        return 0.5 * sum(d * d) + sum(d * d, {0, 1}) / 2;
    }
};
/// A sum divided by a number of its own: nobody can tell that it is one, so it says so.
struct SquareSumThatSaysSo : LossModule<SquareSumThatSaysSo> {
    static constexpr Reduction reduction = Reduction::sum;
    static constexpr auto forward(auto prediction, auto target) {
        const auto d = prediction - target;
        return -sum(-(d * d));
    }
};

/// A loss that only writes a value, by a functor of its own.
struct FirstValue {
    Reduction reduction = Reduction::mean;

    struct Store {
        const float *x, *y;
        Size samples;
        bool mean;
        LossReport* report;
        STRATA_HOST_DEVICE void operator()() const {
            double sum = 0;
            for (Size i = 0; i < samples; ++i) sum += static_cast<double>(x[4 * i] - y[4 * i]);
            report->value = mean ? sum / static_cast<double>(samples) : sum;
        }
    };

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return nullptr;
    }
    void evaluate(auto& device, auto prediction, auto target, auto, LossReport* report) const {
        device.once(
            Store{prediction.data, target.data, prediction.batch, reduction == Reduction::mean, report});
    }
    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

/// A loss of the user's own that ignores a class.
struct OwnClassLoss {
    int ignore_index = 0;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return nullptr;
    }
    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        NLLLoss{.ignore_index = ignore_index}.evaluate(device, prediction, target, gradient, report);
    }
    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace

TEST_CASE("an epoch's loss over class indices is PyTorch's of all samples in one batch") {
    const auto w = weights(numbers::w);
    const auto plain = without_ignored(labels);
    check_epoch<Logits>(CrossEntropyLoss{}, logits, plain, numbers::one_plain);
    check_epoch<Logits>(CrossEntropyLoss{.weight = w}, logits, plain, numbers::one_weight);
    check_epoch<Logits>(CrossEntropyLoss{}, logits, labels, numbers::one_ignore);
    check_epoch<Logits>(CrossEntropyLoss{.weight = w}, logits, labels, numbers::one_ignore_weight);
    check_epoch<Logits>(CrossEntropyLoss{.weight = w, .label_smoothing = 0.2}, logits, labels,
                        numbers::one_smooth);
    check_epoch<LogProbabilities>(NLLLoss{.weight = w}, logits, labels, numbers::one_nll);
    // A sum, per sample.
    check_epoch<Logits>(CrossEntropyLoss{.weight = w, .reduction = Reduction::sum}, logits, labels,
                        numbers::one_sum / 11);
    check_epoch<Logits>(CrossEntropyLoss{.weight = w}, logits, shares, numbers::shares);
}

TEST_CASE("an epoch's loss over class indices per position is PyTorch's in one batch") {
    const auto w = weights(numbers::w, 3);
    check_epoch<LogitsAt>(CrossEntropyLoss{}, logits_at, labels_at, numbers::at_plain);
    check_epoch<LogitsAt>(CrossEntropyLoss{.weight = w}, logits_at, labels_at, numbers::at_weight);
    check_epoch<LogitsAt>(CrossEntropyLoss{.ignore_index = 0}, logits_at, labels_at, numbers::at_ignore);
    check_epoch<LogitsAt>(CrossEntropyLoss{.weight = w, .ignore_index = 0}, logits_at, labels_at,
                          numbers::at_ignore_weight);
    check_epoch<LogitsAt>(CrossEntropyLoss{.weight = w, .ignore_index = 0, .label_smoothing = 0.2}, logits_at,
                          labels_at, numbers::at_smooth);
    const test::Model<LogProbabilitiesAt> model(LogProbabilitiesAt(Input<3, 2, 2>{}, LogSoftmax{.dim = 1}));
    for (const Size size : {1, 2, 5})
        CHECK(evaluate(model, batches_of(logits_at, labels_at, size), NLLLoss{.weight = w, .ignore_index = 0})
                  .loss == Approx(numbers::at_nll).epsilon(2e-6));
}

TEST_CASE("an epoch's loss over numbers is PyTorch's of all samples in one batch") {
    check_epoch<Logits>(MSELoss{}, values, wanted, numbers::mse);
    check_epoch<Logits>(MSELoss{.reduction = Reduction::sum}, values, wanted, numbers::mse_sum / 11);
    check_epoch<Logits>(BCEWithLogitsLoss{.pos_weight = weights(numbers::p)}, values, wanted,
                        numbers::pos_weight);
    check_epoch<LogProbabilities>(KLDivLoss{.reduction = KLDivLoss::Reduction::batch_mean}, values, shares,
                                  numbers::batch_mean);
}

TEST_CASE("an epoch's loss of one's own losses is that of all samples in one batch") {
    check_epoch<Logits>(SquareMean{}, values, wanted, numbers::mse);
    check_epoch<Logits>(SquareSum{}, values, wanted, numbers::mse_sum / 11);
    check_epoch<Logits>(SquareSumThatSaysSo{}, values, wanted, numbers::mse_sum / 11);
    double sum = 0;
    for (Size i = 0; i < 11; ++i) sum += double(values(i, 0)) - double(wanted(i, 0));
    check_epoch<Logits>(FirstValue{}, values, wanted, sum / 11);
    check_epoch<Logits>(FirstValue{Reduction::sum}, values, wanted, sum / 11);
}

TEST_CASE("accuracy is the share of right answers among the targets that count") {
    const test::Model<Logits> model;
    const test::Model<LogitsAt> at;
    const test::Model<LogProbabilitiesAt> log_at(LogProbabilitiesAt(Input<3, 2, 2>{}, LogSoftmax{.dim = 1}));
    for (const Size size : {1, 2, 4, 11}) {
        INFO("batches of " << size);
        const auto accuracy = [&](const auto& the_model, const auto& inputs, const auto& classes,
                                  const auto& loss) {
            return evaluate(the_model, batches_of(inputs, classes, size), loss).accuracy;
        };
        CHECK(accuracy(model, logits, labels, CrossEntropyLoss{}) == Approx(numbers::one_accuracy));
        CHECK(accuracy(model, logits, labels, CrossEntropyLoss{.weight = weights(numbers::w)}) ==
              Approx(numbers::one_accuracy));
        CHECK(accuracy(at, logits_at, labels_at, CrossEntropyLoss{.ignore_index = 0}) ==
              Approx(numbers::at_accuracy));
        CHECK(accuracy(log_at, logits_at, labels_at, NLLLoss{.ignore_index = 0}) ==
              Approx(numbers::at_accuracy));
        CHECK(accuracy(log_at, logits_at, labels_at, OwnClassLoss{}) == Approx(numbers::at_accuracy));
        // What is ignored is not right either: class 0 would be, had it counted.
        const xt::xtensor<std::int64_t, 1> zeros = xt::zeros<std::int64_t>({11});
        const double none = accuracy(model, logits, zeros, CrossEntropyLoss{.ignore_index = 0});
        CHECK(none != none);
    }
    const BatchResult result =
        Evaluator{at, CrossEntropyLoss{.ignore_index = 0}}(test::to(logits_at), test::to(labels_at));
    CHECK((result.counts_correct && result.samples == 5 && result.counted == 11 && result.correct == 4));
}

TEST_CASE("the accuracy of many samples and of many classes counts what counts") {
    manual_seed(5);
    constexpr Size samples = 1500;
    const auto check = [&](auto classes) {
        constexpr Size count = decltype(classes)::value;
        const test::Model<Sequential<Input<count>, Identity>> model;
        const auto many = randn(samples, count);
        xt::xtensor<std::int64_t, 1> classes_of = randint(0, static_cast<std::int64_t>(count), samples);
        Size correct = 0, counted = 0;
        for (Size i = 0; i < samples; ++i) {
            const float* const row = &many(i, 0);
            const std::int64_t best = std::max_element(row, row + count) - row;
            if (i % 3 == 0) classes_of(i) = best;
            if (i % 5 == 0) classes_of(i) = 255;
            counted += classes_of(i) != 255;
            correct += classes_of(i) == best;
        }
        const BatchResult result =
            Evaluator{model, CrossEntropyLoss{.ignore_index = 255}}(test::to(many), test::to(classes_of));
        CHECK((result.correct == correct && result.counted == counted));
    };
    check(std::integral_constant<Size, 3>{});
    check(std::integral_constant<Size, 50>{});
    check(std::integral_constant<Size, 140>{});
}

TEST_CASE("the losses of an epoch of training add up as those of an evaluation") {
    manual_seed(11);
    test::Model<Sequential<Linear<4, 4>>> model;
    const CrossEntropyLoss loss{.weight = weights(numbers::w), .label_smoothing = 0.1};
    const Evaluation whole = evaluate(model, batches_of(logits, labels, 11), loss);
    for (const Size size : {3, 4, 11})
        for (const bool record : {false, true}) {
            const auto batches = batches_of(logits, labels, size);
            FitOptions<std::remove_const_t<decltype(batches)>> options{
                .epochs = 2, .validation = batches, .output = nullptr, .record = record};
            const History history = fit(model, batches, loss, SGD{.lr = 0}, options);
            for (const Epoch& epoch : history) {
                CHECK(epoch.loss == Approx(whole.loss).epsilon(2e-6));
                CHECK(epoch.validation_loss == Approx(whole.loss).epsilon(2e-6));
                CHECK(epoch.accuracy == Approx(whole.accuracy));
                CHECK(epoch.validation_accuracy == Approx(whole.accuracy));
            }
        }
}

TEST_CASE("a batch of which no target counts is NaN when evaluated, and adds nothing") {
    const test::Model<Logits> model;
    Evaluator evaluator{model, CrossEntropyLoss{}};
    const BatchResult ignored = evaluator(test::to(rows(logits, 2, 4)), test::to(rows(labels, 2, 4)));
    CHECK(ignored.loss != ignored.loss);
    CHECK((ignored.samples == 2 && ignored.counted == 0 && ignored.correct == 0));
    Totals totals = evaluator.totals();
    CHECK(totals.loss() != totals.loss());  // nothing counts at all: PyTorch's nan
    CHECK(totals.accuracy() != totals.accuracy());
    const BatchResult others = evaluator(test::to(rows(logits, 8, 11)), test::to(rows(labels, 8, 11)));
    totals = evaluator.totals();
    CHECK(totals.loss() == Approx(others.loss));
    CHECK(totals.loss(EpochLoss::batch_sum_per_sample) == Approx(others.loss / 5));
    CHECK((totals.samples == 5 && totals.batches == 2 && totals.counted == 3));
}

TEST_CASE("a step of which no target counts is refused for what it is, and changes nothing") {
    const std::string expected =
        "strata: no target of the batch counts in step 2, because each is the loss's ignore_index or of a "
        "class of weight 0, and the mean of nothing is nan; parameters are as they were before it. Leave "
        "such batches out, or take Reduction::sum";
    manual_seed(12);
    test::Model<Sequential<Linear<4, 4>, LogSoftmax>> model;
    xt::xtensor<std::int64_t, 1> weightless = xt::zeros<std::int64_t>({2});
    weightless += 2;  // the class of weight 0
    const xt::xtensor<std::int64_t, 1> ignored = rows(labels, 2, 4);
    for (const bool record : {false, true})
        for (const auto* none : {&ignored, &std::as_const(weightless)}) {
            Trainer trainer{model, NLLLoss{.weight = weights(numbers::w)}, Adam{}};
            trainer.record(record);
            (void)trainer.step(test::to(rows(logits, 8, 11)), test::to(rows(labels, 8, 11)));
            const double loss = trainer.totals().loss();
            const std::vector<float> before = test::parameters(model);
            CHECK(support::message_of<ValueError>([&] {
                      (void)BatchResult(trainer.step(test::to(rows(logits, 2, 4)), test::to(*none)));
                  }) == expected);
            CHECK(test::parameters(model) == before);
            CHECK(trainer.totals().loss() == loss);
            CHECK(trainer.totals().batches == 1);
            (void)trainer.step(test::to(rows(logits, 8, 11)), test::to(rows(labels, 8, 11)));
            CHECK(trainer.totals().batches == 2);
        }
    CHECK(support::message_of<ValueError>([&] {
              fit(model, batches_of(logits, labels, 2), NLLLoss{}, SGD{.lr = 0.1}, {.output = nullptr});
          }) == expected);
    // A sum of nothing is 0, as in PyTorch.
    Trainer trainer{model, NLLLoss{.reduction = Reduction::sum}, SGD{.lr = 0.1}};
    const BatchResult nothing = trainer.step(test::to(rows(logits, 2, 4)), test::to(ignored));
    CHECK((nothing.loss == 0 && nothing.counted == 0));
}
