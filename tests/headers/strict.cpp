// A user's program with strict warnings as errors: all layers are instantiated, and both compilers are asked.

#include <strata/strata.hpp>

namespace st = strata;

using Images =
    st::Sequential<st::Input<2, 12, 12>, st::Conv2d<4, 3, st::padding<1>>, st::BatchNorm2d<>, st::ReLU,
                   st::MaxPool2d<2>, st::Conv2d<8, 3>, st::GroupNorm<2>, st::GELU, st::AvgPool2d<2>,
                   st::Dropout2d, st::ConvTranspose2d<4, 2, st::stride<2>>, st::InstanceNorm2d<4>,
                   st::Upsample<2>, st::AdaptiveMaxPool2d<4>, st::AdaptiveAvgPool2d<2>, st::Flatten,
                   st::Linear<16>, st::BatchNorm1d<>, st::SiLU, st::PReLU<>, st::ELU, st::LeakyReLU,
                   st::Softplus, st::Tanh, st::Sigmoid, st::Dropout, st::LayerNorm<16>, st::RMSNorm<16>,
                   st::Linear<10>, st::LogSoftmax>;
using Series = st::Sequential<st::Input<8, 16>, st::LSTM<16>, st::GRU<16>, st::RNN<16>,
                              st::TransformerEncoderLayer<16, 2, 32>, st::Conv1d<4, 3>, st::MaxPool1d<2>,
                              st::AvgPool1d<2>, st::Flatten, st::Linear<3>>;

int main() {
    const xt::xtensor<float, 4> x = xt::zeros<float>({8, 2, 12, 12});
    const xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    st::Model<Images> model;
    st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
    trainer.step(x, y);
    st::save(model, "model.safetensors");
    st::Model<Series> series;
    st::Trainer other{series, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1}};
    other.step(xt::xtensor<float, 3>(xt::zeros<float>({8, 8, 16})), y);
}
