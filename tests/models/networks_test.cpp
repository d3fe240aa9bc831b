// Whole networks follow PyTorch's losses over twenty training steps, from the same initial values.

#include "catch.hpp"
#include "device.hpp"
#include "golden/networks.hpp"

#include <cmath>
#include <cstdint>
#include <strata/layers/adaptive_avg_pool2d.hpp>
#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/composed/transformer_encoder_layer.hpp>
#include <strata/layers/conv2d.hpp>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/select.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/residual.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/distributions.hpp>
#include <strata/training/trainer.hpp>
#include <vector>

using namespace strata;
using test::Device;
using test::Memory;

namespace {

using LeNet = Sequential<Input<1, 28, 28>, Conv2d<1, 10, 5>, MaxPool2d<2>, ReLU, Conv2d<10, 20, 5>,
                         MaxPool2d<2>, ReLU, Flatten, Linear<320, 50>, ReLU, Linear<50, 10>>;

template <int In>
using VggBlock =
    Sequential<Conv2d<In, 10, 3, padding<1>>, ReLU, Conv2d<10, 10, 3, padding<1>>, ReLU, MaxPool2d<2>>;
using TinyVgg = Sequential<Input<1, 28, 28>, VggBlock<1>, VggBlock<10>, Flatten, Linear<490, 10>>;

/// torch declares the shortcut last, so its initial values are drawn last.
template <int In, int Out, int S>
using Shortcut = std::conditional_t<In == Out, Identity,
                                    Sequential<Conv2d<In, Out, 1, stride<S>, no_bias>, BatchNorm2d<Out>>>;
template <int In, int Out, int S>
struct BasicBlock
    : Module<Named<"conv1", Conv2d<In, Out, 3, stride<S>, padding<1>, no_bias>>,
             Named<"bn1", BatchNorm2d<Out>>, Named<"conv2", Conv2d<Out, Out, 3, padding<1>, no_bias>>,
             Named<"bn2", BatchNorm2d<Out>>, Named<"shortcut", Shortcut<In, Out, S>>> {
    static constexpr auto forward(auto self, auto x) {
        return relu(self["bn2"](self["conv2"](relu(self["bn1"](self["conv1"](x))))) + self["shortcut"](x));
    }
};
using ResNet =
    Sequential<Input<3, 12, 12>, Conv2d<3, 8, 3, padding<1>, no_bias>, BatchNorm2d<8>, ReLU,
               BasicBlock<8, 8, 1>, BasicBlock<8, 16, 2>, AdaptiveAvgPool2d<1>, Flatten, Linear<16, 10>>;

struct TransformerClassifier
    : Module<Named<"token", Embedding<17, 16>>, Named<"block", TransformerEncoderLayer<16, 4, 32>>,
             Named<"head", Linear<16, 5>>> {
    using input_shapes = InputShapes<Shape<9>>;
    TransformerClassifier() : Module({}, TransformerEncoderLayer<16, 4, 32>(0.0), {}) {}
    static constexpr auto forward(auto self, auto x) {
        return self["head"](mean(self["block"](self["token"](x)), 1));
    }
};

using LstmClassifier = Sequential<Input<11, 6>, LSTM<6, 12, num_layers<2>>, Select<1, -1>, Linear<12, 4>>;

template <class Net, class Scalar, class Optimizer>
void follow(std::span<const double> losses, Size batch, std::int64_t classes, const Optimizer& optimizer) {
    using S = typename Network<Net>::InputShape;
    manual_seed(7);
    Memory<Scalar> x(batch * S::dims.elements());
    if constexpr (std::is_same_v<Scalar, float>)
        normal_(x.data(), x.size(), 0, 1, default_generator());
    else
        randint_(x.data(), x.size(), 0, 17, default_generator());
    Memory<std::int64_t> y(batch);
    randint_(y.data(), y.size(), 0, classes, default_generator());
    x.upload();
    y.upload();

    manual_seed(42);
    test::Model<Net> model;
    Trainer trainer{model, CrossEntropyLoss{}, optimizer};
    for (Size step = 0; step < losses.size(); ++step) {
        const BatchResult result =
            trainer.step(BatchView<const Scalar, Device, S>{x.device(), batch},
                         BatchView<const std::int64_t, Device, Shape<>>{y.device(), batch});
        INFO("step " << step << ": loss " << result.loss << ", PyTorch's is " << losses[step]);
        REQUIRE(std::fabs(result.loss - losses[step]) <= 1e-4 * std::fabs(losses[step]));
    }
}

}  // namespace

// Inference needs the largest neighbouring pair, and what goes round it.
template <class Net>
constexpr double share_of_memory = double(Network<Net>::inference_plan.elements) /
                                   double(Network<Net>::inference_plan.unshared);
using LeNet5 = Sequential<Input<1, 28, 28>, Conv2d<6, 5, padding<2>>, ReLU, MaxPool2d<2>, Conv2d<16, 5>, ReLU,
                          MaxPool2d<2>, Flatten, Linear<120>, ReLU, Linear<84>, ReLU, Linear<10>>;
static_assert(share_of_memory<LeNet5> <= 0.6);
static_assert(Network<LeNet5>::inference_plan.elements == 6 * 28 * 28 + 6 * 14 * 14);
static_assert(share_of_memory<ResNet> <= 0.6);
static_assert(share_of_memory<TinyVgg> <= 0.6);

TEST_CASE("LeNet follows PyTorch") {
    follow<LeNet, float>(golden::networks::lenet_losses, 9, 10, SGD{.lr = 0.05, .momentum = 0.9});
}
TEST_CASE("TinyVGG follows PyTorch") {
    follow<TinyVgg, float>(golden::networks::tiny_vgg_losses, 5, 10, Adam{.lr = 1e-3});
}
TEST_CASE("a small ResNet follows PyTorch") {
    follow<ResNet, float>(golden::networks::resnet_losses, 6, 10, SGD{.lr = 0.05});
}
TEST_CASE("a transformer block follows PyTorch") {
    follow<TransformerClassifier, std::int64_t>(golden::networks::transformer_losses, 6, 5,
                                                AdamW{.lr = 1e-3});
}
TEST_CASE("an LSTM classifier follows PyTorch") {
    follow<LstmClassifier, float>(golden::networks::lstm_losses, 7, 4, Adam{.lr = 5e-3});
}
