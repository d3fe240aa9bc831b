// PyTorch's numbers for the linear regression of examples/01_linear_regression.cpp, to within 1e-6.

#include "catch.hpp"
#include "device.hpp"
#include <strata/strata.hpp>
#include <vector>

namespace st = strata;

namespace {

struct Losses {
    double train, test;
};

struct Line {
    xt::xtensor<float, 2> x_train, y_train, x_test, y_test;

    Line() {
        xt::xtensor<float, 2> x({50, 1});
        for (std::size_t i = 0; i < 50; ++i) x(i, 0) = 0.02f * static_cast<float>(i);
        const xt::xtensor<float, 2> y = 0.7f * x + 0.3f;
        x_train = xt::view(x, xt::range(0, 40));
        y_train = xt::view(y, xt::range(0, 40));
        x_test = xt::view(x, xt::range(40, 50));
        y_test = xt::view(y, xt::range(40, 50));
    }

    std::vector<Losses> train(test::Model<st::Linear<1, 1>>& model, int epochs) const {
        const auto& x = test::to(x_train);
        const auto& y = test::to(y_train);
        const auto& x_held_back = test::to(x_test);
        const auto& y_held_back = test::to(y_test);
        st::L1Loss criterion;
        st::Optimizer optimizer{model, st::SGD{.lr = 0.01}};
        std::vector<Losses> losses;
        for (int epoch = 0; epoch < epochs; ++epoch) {
            model.train();
            auto prediction = model(x);
            auto loss = criterion(prediction, y);
            optimizer.zero_grad();
            model.backward(loss);
            optimizer.step();
            const double trained = loss.item();
            model.eval();
            losses.push_back({trained, criterion(model(x_held_back), y_held_back).item()});
        }
        return losses;
    }
};

void check(const Losses& losses, double train, double test) {
    CHECK(losses.train == Approx(train).margin(1e-6).epsilon(0));
    CHECK(losses.test == Approx(test).margin(1e-6).epsilon(0));
}

}  // namespace

TEST_CASE("linear regression from randn's values follows PyTorch") {
    test::Model<st::Linear<1, 1>> model;
    st::manual_seed(42);
    test::assign(model.parameter<"weight">(), {st::randn(1)(0)});
    test::assign(model.parameter<"bias">(), {st::randn(1)(0)});
    CHECK(test::host(model.parameter<"weight">())(0, 0) == Approx(0.3366903663).margin(1e-9));
    CHECK(test::host(model.parameter<"bias">())(0) == Approx(0.1288094074).margin(1e-9));

    const auto losses = Line().train(model, 100);
    check(losses[0], 0.31288138031959534, 0.48106518387794495);
    check(losses[20], 0.08908725529909134, 0.21729660034179688);
    check(losses[40], 0.04543796554207802, 0.11360953003168106);
    check(losses[60], 0.03818932920694351, 0.08886633068323135);
    check(losses[80], 0.03132382780313492, 0.07232122868299484);
}

TEST_CASE("linear regression from the default initial values follows PyTorch") {
    st::manual_seed(42);
    test::Model<st::Linear<1, 1>> model;
    CHECK(test::host(model.parameter<"weight">())(0, 0) == Approx(0.7645385265).margin(1e-9));
    CHECK(test::host(model.parameter<"bias">())(0) == Approx(0.8300079107).margin(1e-9));

    const Line line;
    const auto losses = line.train(model, 1000);
    check(losses[0], 0.5551779866, 0.5739762187);
    check(losses[100], 0.0062156795, 0.0140867112);
    for (std::size_t epoch = 200; epoch < 1000; epoch += 100)
        check(losses[epoch], 0.0012645036, 0.0138018075);
    CHECK(test::host(model.parameter<"weight">())(0, 0) == Approx(0.6968093514).margin(1e-6).epsilon(0));
    CHECK(test::host(model.parameter<"bias">())(0) == Approx(0.3025088608).margin(1e-6).epsilon(0));

    st::save(model, "linear_regression_test.safetensors");
    test::Model<st::Linear<1, 1>> loaded;
    st::load(loaded, "linear_regression_test.safetensors");
    const auto& x = test::to(line.x_test);
    const auto expected = st::predict(model, x), predicted = st::predict(loaded, x);
    CHECK(std::equal(predicted.begin(), predicted.end(), expected.begin(), expected.end()));
}
