// Quoted by docs/how_to/set_budgets.md.

#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

// [budgets]
using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten, st::Linear<128>, st::ReLU, st::Linear<10>>;
using Classifier = st::Model<Net>;

static_assert(Classifier::parameter_count == 784 * 128 + 128 + 128 * 10 + 10);
static_assert(Classifier::parameter_count * sizeof(float) <= 400 * 1024, "the weights fit into 400 KiB");
static_assert(Classifier::multiply_adds <= 110'000, "one image costs at most 110 000 multiply-adds");
static_assert(Classifier::inference_bytes(1) <= 16 * 1024, "one image needs at most 16 KiB of activations");
static_assert(Classifier::training_bytes(64) <= 128 * 1024, "a training step fits into the L2 cache");
// [budgets]

// [shapes]
static_assert(Classifier::input_shape::dims == st::dims(1, 28, 28));
static_assert(Classifier::output_shape::dims == st::dims(10));
// [shapes]

int main() {
    // [print]
    std::printf("%zu parameters, %zu multiply-adds\n", Classifier::parameter_count,
                Classifier::multiply_adds);
    std::printf("batch of 64: %zu bytes for training, %zu for inference\n", Classifier::training_bytes(64),
                Classifier::inference_bytes(64));
    // [print]
}
