// Whole trainings: the numbers of PyTorch's loops, what an epoch's loss means, loaders of all kinds, what is
// printed.

#include "catch.hpp"
#include "device.hpp"
#include "golden/training.hpp"
#include "io/support.hpp"

#include <cstdio>
#include <cstring>
#include <list>
#include <optional>
#include <stdexcept>
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/kl_div_loss.hpp>
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

namespace {

using Net = Sequential<Linear<20, 16>, ReLU, Dropout, Linear<16, 10>, LogSoftmax>;
using Points = TensorDataset<Shape<20>, ClassIndex>;
using Curve = TensorDataset<Shape<3>, Shape<2>>;

struct Data {
    Points train, validation;
};
Data make_data() {
    manual_seed(7);
    const auto x = randn(50, 20);
    const auto y = randint(0, 10, 50);
    const auto validation_x = randn(20, 20);
    const auto validation_y = randint(0, 10, 20);
    return {{x, y}, {validation_x, validation_y}};
}

template <Size Count>
void check_parameters(test::Model<Net>& model, const float (&expected)[Count]) {
    REQUIRE(Count == test::Model<Net>::parameter_count);
    Size next = 0;
    double worst = 0;
    model.for_each_parameter([&](std::string_view, auto tensor) {
        for (const float value : test::host(tensor))
            worst = std::max(worst, std::fabs(double(value) - expected[next++]));
    });
    CHECK(worst < 1e-5);
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// All that `fit` and friends write while `call` runs.
template <class Call>
std::string output_of(Call call) {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    call(file);
    std::rewind(file);
    std::string text(10000, 0);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}

}  // namespace

#if !defined(STRATA_TEST_CUDA)  // a GPU draws its masks from another generator than PyTorch's CPU

TEST_CASE("Adam with dropout, shuffled batches and validation follows PyTorch") {
    const Data data = make_data();
    manual_seed(42);
    test::Model<Net> model;
    const History history =
        fit(model, DataLoader{data.train, {.batch_size = 8, .shuffle = true}}, NLLLoss{}, Adam{.lr = 0.01},
            {.epochs = 4, .validation = DataLoader{data.validation, {.batch_size = 8}}, .output = nullptr});
    REQUIRE(history.size() == 4);
    for (Size i = 0; i < 4; ++i) {
        const double* row = golden::training::adam_epochs + 5 * i;
        CHECK(history[i].epoch == int(i) + 1);
        CHECK(history[i].loss == Approx(row[0]).epsilon(1e-5));
        CHECK(history[i].accuracy == Approx(row[2]).epsilon(1e-12));
        CHECK(history[i].validation_loss == Approx(row[3]).epsilon(1e-5));
        CHECK(history[i].validation_accuracy == Approx(row[4]).epsilon(1e-12));
        CHECK(history[i].seconds > 0);
    }
    check_parameters(model, golden::training::adam_parameters);

    const Evaluation measured = evaluate(model, DataLoader{data.validation, {.batch_size = 7}}, NLLLoss{});
    CHECK(measured.loss == Approx(history.back().validation_loss).epsilon(1e-6));
    CHECK(measured.accuracy == history.back().validation_accuracy);
    CHECK(measured.samples == 20);
}

TEST_CASE("SGD with momentum follows PyTorch, in the other way to sum up an epoch too") {
    const Data data = make_data();
    for (const EpochLoss kind : {EpochLoss::mean, EpochLoss::batch_sum_per_sample}) {
        manual_seed(42);
        test::Model<Net> model;
        const History history =
            fit(model, DataLoader{data.train, {.batch_size = 8, .shuffle = true}}, NLLLoss{},
                SGD{.lr = 0.05, .momentum = 0.9}, {.epochs = 4, .output = nullptr, .epoch_loss = kind});
        REQUIRE(history.size() == 4);
        for (Size i = 0; i < 4; ++i) {
            const double* row = golden::training::sgd_epochs + 3 * i;
            CHECK(history[i].loss == Approx(row[kind == EpochLoss::mean ? 0 : 1]).epsilon(1e-5));
            CHECK(history[i].accuracy == Approx(row[2]).epsilon(1e-12));
            CHECK(history[i].validation_loss != history[i].validation_loss);
            CHECK(history[i].validation_accuracy != history[i].validation_accuracy);
        }
        check_parameters(model, golden::training::sgd_parameters);
    }
}

#endif

namespace {

/// The same training on the CPU, which follows PyTorch, and on the device, without dropout.
template <class Algorithm>
void check_as_on_the_cpu(const Algorithm& algorithm) {
    const Data data = make_data();
    const Net net(Linear<20, 16>{}, ReLU{}, Dropout{.p = 0}, Linear<16, 10>{}, LogSoftmax{});
    const auto train = [&](auto& model) {
        manual_seed(43);
        return fit(
            model, DataLoader{data.train, {.batch_size = 8, .shuffle = true}}, NLLLoss{}, algorithm,
            {.epochs = 4, .validation = DataLoader{data.validation, {.batch_size = 8}}, .output = nullptr});
    };
    manual_seed(42);
    Model<Net> here(net);
    test::Model<Net> there = here.to<test::Device>();
    const History expected = train(here), history = train(there);
    REQUIRE(history.size() == 4);
    for (Size i = 0; i < 4; ++i) {
        CHECK(history[i].epoch == int(i) + 1);
        CHECK(history[i].loss == Approx(expected[i].loss).epsilon(1e-5));
        CHECK(history[i].accuracy == Approx(expected[i].accuracy).epsilon(1e-12));
        CHECK(history[i].validation_loss == Approx(expected[i].validation_loss).epsilon(1e-5));
        CHECK(history[i].validation_accuracy == Approx(expected[i].validation_accuracy).epsilon(1e-12));
        CHECK(history[i].seconds > 0);
    }
    const std::vector<float> wanted = test::parameters(here), parameters = test::parameters(there);
    double worst = 0;
    for (Size i = 0; i < wanted.size(); ++i)
        worst = std::max(worst, std::fabs(double(parameters[i]) - double(wanted[i])));
    CHECK(worst < 1e-5);

    const Evaluation measured = evaluate(there, DataLoader{data.validation, {.batch_size = 7}}, NLLLoss{});
    CHECK(measured.loss == Approx(history.back().validation_loss).epsilon(1e-6));
    CHECK(measured.accuracy == history.back().validation_accuracy);
    CHECK(measured.samples == 20);
}

}  // namespace

TEST_CASE("a training on the device goes as on the CPU") {
    check_as_on_the_cpu(Adam{.lr = 0.01});
    check_as_on_the_cpu(SGD{.lr = 0.05, .momentum = 0.9});
}

TEST_CASE("an epoch's mean loss is that of all samples in one batch, however the loss is reduced") {
    manual_seed(8);
    test::Model<Sequential<Linear<3, 2>, LogSoftmax>> model;
    const Curve data{randn(11, 3), randn(11, 2)};
    const DataLoader small{data, {.batch_size = 4}};  // 4, 4 and 3 samples
    const DataLoader whole{data, {.batch_size = 11}};
    const auto check = [&](const auto& loss, double per_sample) {  // the whole batch's loss by this
        const double one_batch = evaluate(model, whole, loss, EpochLoss::batch_sum_per_sample).loss * 11;
        double sum = 0;
        Evaluator evaluator{model, loss};
        for (auto [x, y] : small) {
            const BatchResult result = evaluator(test::to(x), test::to(y));
            sum += result.loss;
        }
        CHECK(evaluate(model, small, loss).loss == Approx(one_batch / per_sample));
        CHECK(evaluate(model, small, loss, EpochLoss::batch_sum_per_sample).loss == Approx(sum / 11));

        const FitOptions<DataLoader<const Curve&>> silent{.output = nullptr};
        const History history = fit(model, small, loss, SGD{.lr = 0}, silent);
        CHECK(history[0].loss == Approx(one_batch / per_sample));
        CHECK(history[0].accuracy != history[0].accuracy);  // there are no classes
    };
    check(MSELoss{}, 1);
    check(MSELoss{.reduction = Reduction::sum}, 11);
    check(KLDivLoss{.log_target = true}, 1);
    check(KLDivLoss{.log_target = true, .reduction = KLDivLoss::Reduction::batch_mean}, 1);
    check(KLDivLoss{.log_target = true, .reduction = KLDivLoss::Reduction::sum}, 11);
}

TEST_CASE("fit with a trainer is fit with its model, and goes on where it was") {
    const Data data = make_data();
    const DataLoader loader{data.train, {.batch_size = 16}};
    manual_seed(3);
    test::Model<Net> once;
    const History expected = fit(once, loader, NLLLoss{}, Adam{.lr = 0.01}, {.epochs = 3, .output = nullptr});

    manual_seed(3);
    test::Model<Net> model;
    Trainer trainer{model, NLLLoss{}, Adam{.lr = 0.01}};
    std::vector<Epoch> seen;
    const FitOptions<DataLoader<const Points&>> options = {
        .output = nullptr, .after_epoch = [&](const Epoch& epoch) { seen.push_back(epoch); }};
    for (int i = 0; i < 3; ++i) {
        const History history = fit(trainer, loader, options);
        REQUIRE(history.size() == 1);
        CHECK(history[0].loss == expected[static_cast<std::size_t>(i)].loss);
    }
    CHECK(same_bits(test::parameters(once), test::parameters(model)));
    REQUIRE(seen.size() == 3);
    CHECK((seen[2].epoch == 1 && seen[2].loss == expected[2].loss));

    // A device's recorded steps do not outlive the data that they were recorded on.
    const auto trained_on_both = [&](bool record) {
        manual_seed(3);
        test::Model<Net> fresh;
        Trainer one{fresh, NLLLoss{}, Adam{.lr = 0.01}};
        one.record(record);
        for (const Points* points : {&data.train, &data.validation, &data.train})
            fit(one, DataLoader{*points, {.batch_size = 10}}, {.epochs = 2, .output = nullptr});
        return test::parameters(fresh);
    };
    CHECK(same_bits(trained_on_both(true), trained_on_both(false)));

    const auto stop = [](const Epoch& epoch) {
        if (epoch.epoch == 2) throw std::runtime_error("enough");
    };
    CHECK_THROWS_WITH(fit(trainer, loader, {.epochs = 5, .output = nullptr, .after_epoch = stop}), "enough");
}

TEST_CASE("evaluate changes nothing") {
    const Data data = make_data();
    test::Model<Net> model;
    const std::vector<float> before = test::parameters(model);
    const DataLoader loader{data.validation, {.batch_size = 8}};
    const Evaluation first = evaluate(std::as_const(model), loader, NLLLoss{});
    CHECK(evaluate(model, loader, NLLLoss{}).loss == first.loss);
    CHECK(same_bits(test::parameters(model), before));
    CHECK(model.is_training());
    CHECK_FALSE(model.has_gradients());
}

TEST_CASE("a loader is whatever yields pairs of batches") {
    const Data data = make_data();
    const DataLoader loader{data.train, {.batch_size = 8}};
    std::vector<std::pair<xt::xtensor<float, 2>, xt::xtensor<std::int64_t, 1>>> own;
    for (auto [x, y] : loader) own.emplace_back(x, y);
    REQUIRE(own.size() == 7);
    const test::Model<Net> start;
    const auto losses = [&](const auto& batches, const auto& options) {
        test::Model<Net> model = start;
        manual_seed(9);
        default_generator().random();  // what a DataLoader draws for an epoch
        default_generator().random();
        if constexpr (requires { batches.views(); }) manual_seed(9);
        const History history = fit(model, batches, NLLLoss{}, Adam{}, options);
        return std::pair{history.back().loss, history.back().validation_loss};
    };
    using Own = decltype(own);
    using Loader = DataLoader<const Points&>;
    const auto expected = losses(loader, FitOptions<Loader>{.validation = loader, .output = nullptr});
    CHECK(losses(own, FitOptions<Own>{.validation = own, .output = nullptr}) == expected);
    // and the validation loader may be of another type, named or not
    CHECK(losses(loader, FitOptions<Own>{.validation = own, .output = nullptr}) == expected);
    CHECK(losses(own, FitOptions<Loader>{.validation = loader, .output = nullptr}) == expected);

    const auto trained = [&](const auto& train) {
        test::Model<Net> model = start;
        manual_seed(9);
        default_generator().random();
        default_generator().random();
        Trainer trainer{model, NLLLoss{}, Adam{}};
        const History history = train(model, trainer);
        return std::pair{history.back().loss, history.back().validation_loss};
    };
    CHECK(trained([&](auto& model, auto&) {
              return fit(model, own, NLLLoss{}, Adam{}, {.validation = loader, .output = nullptr});
          }) == expected);
    CHECK(trained([&](auto&, auto& trainer) {
              return fit(trainer, own, {.validation = loader, .output = nullptr});
          }) == expected);
    CHECK(trained([&](auto& model, auto&) {
              return fit(model, own, NLLLoss{}, Adam{},
                         {.validation = DataLoader{data.train, {.batch_size = 3}}, .output = nullptr});
          }).second == Approx(expected.second));
    const std::list<std::pair<xt::xtensor<float, 2>, xt::xtensor<std::int64_t, 1>>> batches(own.begin(),
                                                                                            own.end());
    CHECK(trained([&](auto& model, auto&) {
              return fit(model, own, NLLLoss{}, Adam{}, {.validation = batches, .output = nullptr});
          }) == expected);
    CHECK(trained([&](auto& model, auto&) {
              return fit(model, own, NLLLoss{}, Adam{},
                         {.validation = std::optional<Loader>(loader), .output = nullptr});
          }) == expected);
    CHECK(trained([&](auto& model, auto&) {
              return fit(Trainer{model, NLLLoss{}, Adam{}}, own, {.validation = own, .output = nullptr});
          }) == expected);
    const auto none = trained([&](auto& model, auto&) {
        return fit(model, own, NLLLoss{}, Adam{}, {.validation = std::nullopt, .output = nullptr});
    });
    CHECK(none.first == expected.first);
    CHECK(none.second != none.second);
}

TEST_CASE("a loader without batches is refused") {
    test::Model<Net> model;
    const std::string message = "strata: the loader yields no batches";
    const auto refused = [&](const auto& loader) {
        CHECK(support::message_of<ValueError>([&] { evaluate(model, loader, NLLLoss{}); }) == message);
        return support::message_of<ValueError>([&] { fit(model, loader, NLLLoss{}, Adam{}); }) == message;
    };
    const Points empty{xt::xtensor<float, 2>::from_shape({0, 20}),
                       xt::xtensor<std::int64_t, 1>::from_shape({0})};
    CHECK(refused(DataLoader{empty, {.batch_size = 8}}));
    CHECK(refused(DataLoader{empty, {.batch_size = 8, .shuffle = true}}));
    const Data data = make_data();
    CHECK(refused(DataLoader{data.train, {.batch_size = 64, .drop_last = true}}));
    CHECK(refused(std::vector<std::pair<xt::xtensor<float, 2>, xt::xtensor<std::int64_t, 1>>>{}));
}

TEST_CASE("no epochs give an empty history") {
    const Data data = make_data();
    test::Model<Net> model;
    const std::vector<float> before = test::parameters(model);
    const DataLoader loader{data.train, {.batch_size = 8}};
    const std::string text = output_of([&](std::FILE* file) {
        CHECK(fit(model, loader, NLLLoss{}, Adam{}, {.epochs = 0, .output = file}).empty());
    });
    CHECK(text.empty());
    CHECK(same_bits(test::parameters(model), before));
}

TEST_CASE("options that make no sense are refused, and nothing is trained") {
    const Data data = make_data();
    test::Model<Net> model;
    const std::vector<float> before = test::parameters(model);
    const DataLoader loader{data.train, {.batch_size = 8}};
    Trainer trainer{model, NLLLoss{}, Adam{}};
    const auto refused = [&](const auto& call, const char* message) {
        CHECK(support::message_of<ValueError>(call) == message);
        CHECK(same_bits(test::parameters(model), before));
    };
    const char* const negative = "strata: fit: epochs is -3, but must be at least 0";
    refused([&] { fit(model, loader, NLLLoss{}, Adam{}, {.epochs = -3}); }, negative);
    refused([&] { fit(trainer, loader, {.epochs = -3}); }, negative);
    refused([&] { fit(trainer, loader, {.precision = Precision::tf32}); },
            "strata: fit: this trainer has a precision of its own, and another one stands in the options; "
            "write trainer.precision(...)");
    refused([&] { fit(trainer, loader, {.record = false}); },
            "strata: fit: this trainer records its steps, and the options say not to; write "
            "trainer.record(false)");
    trainer.record(false);
    CHECK(fit(trainer, loader, {.output = nullptr, .record = false}).size() == 1);
}

TEST_CASE("a batch that is refused ends the training; what was learnt before is kept") {
    const Data data = make_data();
    const DataLoader loader{data.train, {.batch_size = 8}};
    std::vector<std::pair<xt::xtensor<float, 2>, xt::xtensor<std::int64_t, 1>>> batches;
    for (auto [x, y] : loader) batches.emplace_back(x, y);
    batches[2].second(1) = 10;
    test::Model<Net> model;
    test::Model<Net> two_steps = model;
    manual_seed(3);
    CHECK_THROWS_AS(fit(model, batches, NLLLoss{}, Adam{}, {.output = nullptr}), ValueError);
    manual_seed(3);
    batches.resize(2);
    fit(two_steps, batches, NLLLoss{}, Adam{}, {.output = nullptr});
    CHECK(same_bits(test::parameters(model), test::parameters(two_steps)));
}

TEST_CASE("a file gets one plain line per epoch") {
    const Data data = make_data();
    manual_seed(42);
    test::Model<Net> model;
    const DataLoader loader{data.train, {.batch_size = 8, .shuffle = true}};
    History history;
    const std::string text = output_of([&](std::FILE* file) {
        history =
            fit(model, loader, NLLLoss{}, Adam{.lr = 0.01},
                {.epochs = 2, .validation = DataLoader{data.validation, {.batch_size = 8}}, .output = file});
    });
    std::string expected;
    for (const Epoch& epoch : history) {
        char line[200];
        std::snprintf(line, sizeof line,
                      "epoch %d/2  loss %.5f  accuracy %.4f  validation loss %.5f  accuracy %.4f  %.2f s\n",
                      epoch.epoch, epoch.loss, epoch.accuracy, epoch.validation_loss,
                      epoch.validation_accuracy, epoch.seconds);
        expected += line;
    }
    CHECK(text == expected);

    const Curve curve{randn(6, 3), randn(6, 2)};
    test::Model<Linear<3, 2>> line;
    const std::string short_text = output_of(
        [&](std::FILE* file) { fit(line, DataLoader{curve}, MSELoss{}, SGD{.lr = 0.01}, {.output = file}); });
    CHECK(support::contains(short_text, "epoch 1/1  loss "));
    CHECK_FALSE(support::contains(short_text, "accuracy"));
    CHECK(std::count(short_text.begin(), short_text.end(), '\n') == 1);
}
