// Linear regression: learn y = 0.7 x + 0.3 from forty points with L1Loss and SGD, twice: from hand-set
// initial values with the five steps of a training loop written out, and from PyTorch's default ones. The
// numbers are those that PyTorch prints for the same program.

#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

using Line = st::Linear<1, 1>;

struct Data {
    xt::xtensor<float, 2> x_train, y_train, x_test, y_test;  // (40, 1), (40, 1), (10, 1), (10, 1)
};

Data make_data() {
    xt::xtensor<float, 2> x({50, 1});
    for (std::size_t i = 0; i < 50; ++i) x(i, 0) = 0.02f * static_cast<float>(i);
    const xt::xtensor<float, 2> y = 0.7f * x + 0.3f;
    return {xt::view(x, xt::range(0, 40)), xt::view(y, xt::range(0, 40)),  //
            xt::view(x, xt::range(40, 50)), xt::view(y, xt::range(40, 50))};
}

// [five steps]
void train(st::Model<Line>& model, const Data& data, int epochs, int print_every) {
    st::L1Loss criterion;
    st::Optimizer optimizer{model, st::SGD{.lr = 0.01}};

    for (int epoch = 0; epoch < epochs; ++epoch) {
        model.train();
        auto prediction = model(data.x_train);            // 1. forward      (40, 1)
        auto loss = criterion(prediction, data.y_train);  // 2. loss
        optimizer.zero_grad();                            // 3. forget the gradients of the step before
        model.backward(loss);                             // 4. backward
        optimizer.step();                                 // 5. update

        if (epoch % print_every == 0) {
            model.eval();
            const double test_loss = criterion(model(data.x_test), data.y_test);
            std::printf("epoch %4d  loss %.10f  test loss %.10f\n", epoch, loss.item(), test_loss);
        }
    }
}
// [five steps]

void print_parameters(st::Model<Line>& model) {
    std::printf("weight %.10f  bias %.10f\n", model.parameter<"weight">()(0, 0),
                model.parameter<"bias">()(0));
}

int main() {
    const Data data = make_data();

    std::puts("From weight = randn(1), bias = randn(1):");
    st::manual_seed(42);
    st::Model<Line> by_hand;
    st::manual_seed(42);
    by_hand.parameter<"weight">()(0, 0) = st::randn(1)(0);
    by_hand.parameter<"bias">()(0) = st::randn(1)(0);
    print_parameters(by_hand);
    train(by_hand, data, 100, 20);

    std::puts("\nFrom the default initial values:");
    st::manual_seed(42);
    st::Model<Line> model;
    print_parameters(model);
    train(model, data, 1000, 100);
    print_parameters(model);

    // Saved and loaded, the predictions are the same, bit for bit.
    st::save(model, "01_linear_regression.safetensors");
    st::Model<Line> loaded;
    st::load(loaded, "01_linear_regression.safetensors");
    const bool same = st::predict(model, data.x_test) == st::predict(loaded, data.x_test);
    std::printf("predictions after save and load: %s\n", same ? "equal" : "different");
    return same ? 0 : 1;
}
