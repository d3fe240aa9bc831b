// Embedding against PyTorch.

#include "catch.hpp"
#include "golden/sequence.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <span>
#include <strata/layers/embedding.hpp>

using namespace strata;
using test::Device;
using test::Memory;
namespace sequence = golden::sequence;

static_assert(Embedding<7, 4>::output_shape(dims(5)).dims == dims(5, 4));
static_assert(Embedding<7, 4>::output_shape(dims()).dims == dims(4));
static_assert(Embedding<7, 4>::output_shape(dims(2, 3)).dims == dims(2, 3, 4));
static_assert(Embedding<7, 4>::output_shape(dims(1, 1, 1, 1, 1, 1)).refusal ==
              &it_takes_indices_of_fewer_extents_than);
static_assert(Embedding<7, 4>::parameters(dims(5)).items[0].dims == dims(7, 4));
static_assert(Embedding<7, 4>::takes_indices && Embedding<7, 4>::traits.keeps == Keeps::input);
static_assert(Embedding<7, 4>::padding == -1 && Embedding<7, 4, padding_index<3>>::padding == 3);
static_assert(Embedding<7, 4, padding_index<-2>>::padding == 5);
static_assert(Embedding<7, 4, padding_index<7>>::wrong_arguments ==
              &its_padding_index_must_be_below_the_number_of_embeddings);
static_assert(Embedding<7, 4, padding_index<-8>>::wrong_arguments ==
              &its_padding_index_must_be_below_the_number_of_embeddings);
static_assert(Embedding<7, 0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(Embedding<7, 4, 1>::wrong_arguments == &it_has_too_many_sizes);

namespace {

/// A table, indices of samples of shape `In`, and what comes of them.
template <class Layer, class In>
struct Run {
    static constexpr Dims out = Layer::output_shape(In::dims).dims;
    using Weight = shape_t<Layer::parameters(In::dims).items[0].dims>;
    using Out = shape_t<out>;

    Size batch;
    Memory<std::int64_t> indices;
    Memory<float> weight, y, dy, dweight;
    Device device{};

    Run(Size the_batch, std::vector<std::int64_t> the_indices, std::vector<float> the_weight)
        : batch(the_batch), indices(the_indices), weight(the_weight), y(batch * out.elements(), -7),
          dy(y.size()), dweight(weight.size(), -7) {}

    BatchView<const std::int64_t, Device, In> x() { return {indices.device(), batch}; }
    void forward() {
        Layer::forward(device, x(), BatchView<float, Device, Out>{y.device(), batch},
                       TensorView<const float, Device, Weight>{weight.device()});
        y.download();
    }
    void backward(bool accumulate) {
        dy.upload();
        Layer::backward_parameters(device, x(), BatchView<const float, Device, Out>{y.device(), batch},
                                   BatchView<const float, Device, Out>{dy.device(), batch},
                                   GradientView<float, Device, Weight>{{dweight.device()}, accumulate});
        dweight.download();
    }
};

template <class Layer, class In, Size N, Size W, Size Y>
void check(Layer, In, const std::int64_t (&indices)[N], const float (&weight)[W], const float (&y)[Y],
           const float (&dy)[Y], const float (&dweight)[W]) {
    Run<Layer, In> run(N / In::dims.elements(), {indices, indices + N}, {weight, weight + W});
    run.forward();
    CHECK(layer_check::close("y", run.y, std::span(y), 0, 0));
    std::copy(dy, dy + Y, run.dy.begin());
    run.backward(false);
    CHECK(layer_check::close("dweight", run.dweight, std::span(dweight), 1e-5, 1e-6));
    run.backward(true);
    CHECK(layer_check::close("dweight, accumulated", run.dweight, std::span(dweight), 1e-5, 2e-6, 2));
}

}  // namespace

#define CHECK_EMBEDDING(LAYER, SHAPE, NAME)                                                                  \
    check(LAYER{}, SHAPE{}, sequence::NAME##_indices, sequence::NAME##_weight, sequence::NAME##_y,           \
          sequence::NAME##_dy, sequence::NAME##_dweight)

TEST_CASE("Embedding computes PyTorch's numbers") {
    using Single = Embedding<5, 3>;
    using Batch = Embedding<7, 4>;
    using Padding = Embedding<6, 3, padding_index<0>>;
    using PaddingLast = Embedding<5, 17, padding_index<-2>>;
    using Square = Shape<2, 3>;
    CHECK_EMBEDDING(Single, Shape<1>, embedding_single);
    CHECK_EMBEDDING(Batch, Shape<5>, embedding_batch);
    CHECK_EMBEDDING(Padding, Shape<6>, embedding_padding);
    CHECK_EMBEDDING(PaddingLast, Square, embedding_padding_last);
}

// More indices than one run of the device's sort holds, against sums in double.
TEST_CASE("Embedding sums the gradients of many indices, with the same bits in every run") {
    constexpr Size batch = 37, length = 53, count = 11, dim = 5;
    using Layer = Embedding<count, dim, padding_index<4>>;
    Generator generator(3);
    std::vector<std::int64_t> indices(batch * length);
    randint_(indices.data(), indices.size(), 0, count, generator);
    Run<Layer, Shape<length>> run(batch, indices, std::vector<float>(count * dim, 1.0f));
    normal_(run.dy.data(), run.dy.size(), 0, 1, generator);
    std::vector<double> sums(count * dim);
    for (Size i = 0; i < indices.size(); ++i)
        for (Size k = 0; k < dim && indices[i] != 4; ++k)
            sums[static_cast<Size>(indices[i]) * dim + k] += run.dy[i * dim + k];
    run.backward(false);
    CHECK(layer_check::close("dweight", run.dweight, sums, 1e-5, 1e-5));
    const std::vector<float> first = run.dweight;
    run.backward(false);
    CHECK(laws::same_bits<float>(run.dweight, first));
}

TEST_CASE("Embedding has PyTorch's initial values") {
    manual_seed(42);
    std::vector<float> weight(18);
    Embedding<6, 3, padding_index<1>>::initialize(default_generator(),
                                                  TensorView<float, Cpu, Shape<6, 3>>{weight.data()});
    CHECK(layer_check::close("initial values", weight, std::span(sequence::embedding_initial), 1e-6, 0));
}

TEST_CASE("Embedding refuses an index that it does not have, or leaves NaN") {
    const std::vector<float> table(21, 1.0f);
    for (const std::int64_t wrong :
         {std::int64_t(7), std::int64_t(-1), std::numeric_limits<std::int64_t>::min()}) {
        Run<Embedding<7, 3>, Shape<2, 2>> run(2, {0, 1, 2, 3, 4, 5, wrong, 6}, table);
        if constexpr (Device::is_host) {
            CHECK_THROWS_AS(run.forward(), ValueError);
            CHECK_THROWS_WITH(run.forward(),
                              message("strata: Embedding: the index of sample 1 at place 2 is ", wrong,
                                      ", but must be at least 0 and below 7, the number of embeddings"));
            CHECK(run.y == std::vector<float>(24, -7.0f));
        } else {
            run.forward();
            for (Size i = 0; i < 24; ++i) CHECK((i / 3 == 6 ? std::isnan(run.y[i]) : run.y[i] == 1));
            std::fill(run.dy.begin(), run.dy.end(), 1.0f);
            run.backward(false);
            CHECK(run.dweight == std::vector<float>(21, 1.0f));
        }
    }
}
