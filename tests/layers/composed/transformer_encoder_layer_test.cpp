// TransformerEncoderLayer against PyTorch: output and all gradients, with each option.

#include "catch.hpp"
#include "device.hpp"
#include "golden/transformer.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <span>
#include <strata/layers/composed/transformer_encoder_layer.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/random/distributions.hpp>
#include <strata/tools/check_gradients.hpp>
#include <vector>

using namespace strata;
using test::Device;
using test::Memory;

namespace {

template <Size T, int E, class Block>
using Net = Sequential<Input<T, static_cast<Size>(E)>, Linear<E, E>, Block>;

/// The block without dropout, as PyTorch's literal numbers are.
template <Size T, int E, class Block>
void check(Size batch, std::span<const float> y, const std::vector<std::span<const float>>& gradients) {
    using S = Shape<T, static_cast<Size>(E)>;
    manual_seed(7);
    Memory<float> x(batch * S::dims.elements()), target(x.size());
    normal_(x.data(), x.size(), 0, 1, default_generator());
    normal_(target.data(), target.size(), 0, 1, default_generator());
    x.upload();
    target.upload();
    manual_seed(42);
    test::Model<Net<T, E, Block>> model{Net<T, E, Block>{{}, {}, Block(0.0)}};
    auto prediction = model(BatchView<const float, Device, S>{x.device(), batch});
    CHECK(layer_check::close("y", test::read(prediction.batch_view().data, x.size()), y, 1e-5, 1e-5));

    const auto loss = 0.5 * MSELoss{.reduction = Reduction::sum}(
                                prediction, BatchView<const float, Device, S>{target.device(), batch});
    model.backward(loss);
    const auto all = test::gradients(model);
    Size row = 0;
    for (const ParameterInfo& info : decltype(model)::parameter_table()) {
        INFO(info.name.view());
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(info.offset);
        const auto& expected = gradients.at(row++);
        const std::vector<float> found(begin, begin + static_cast<std::ptrdiff_t>(expected.size()));
        CHECK(layer_check::close("gradient", found, expected, 1e-5, 2e-5));
    }
    CHECK(row == gradients.size());
}

}  // namespace

#define CHECK_BLOCK(T, E, BATCH, NAME, ...)                                                                  \
    check<T, E, TransformerEncoderLayer<E, __VA_ARGS__>>(                                                    \
        BATCH, golden::transformer::NAME##_y,                                                                \
        {golden::transformer::NAME##_gradient_0, golden::transformer::NAME##_gradient_1,                     \
         golden::transformer::NAME##_gradient_2, golden::transformer::NAME##_gradient_3,                     \
         golden::transformer::NAME##_gradient_4, golden::transformer::NAME##_gradient_5,                     \
         golden::transformer::NAME##_gradient_6, golden::transformer::NAME##_gradient_7,                     \
         golden::transformer::NAME##_gradient_8, golden::transformer::NAME##_gradient_9,                     \
         golden::transformer::NAME##_gradient_10, golden::transformer::NAME##_gradient_11,                   \
         golden::transformer::NAME##_gradient_12, golden::transformer::NAME##_gradient_13})

TEST_CASE("TransformerEncoderLayer computes PyTorch's numbers") {
    CHECK_BLOCK(1, 6, 1, post_norm, 2, 5);
    CHECK_BLOCK(5, 8, 3, causal, 2, 12, strata::causal);
    CHECK_BLOCK(4, 6, 2, norm_first, 3, 7, strata::norm_first);
    CHECK_BLOCK(7, 8, 3, all, 4, 16, strata::gelu_activation, strata::norm_first, strata::causal);
    CHECK_BLOCK(3, 4, 2, gelu_default_width, 1, gelu_activation);
}

TEST_CASE("TransformerEncoderLayer: gradients") {
    using Block = TransformerEncoderLayer<4, 2, 6, causal, norm_first>;
    const GradientCheck checked = check_gradients<Device, Shape<3, 4>>(Block(0.0));
    INFO(checked);
    CHECK(checked);
}
