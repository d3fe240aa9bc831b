// Labels: robust
// A model's parameters to a file and back: the same bits, PyTorch's names, and a model that no bad file
// changes.

#include "catch.hpp"
#include "device.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <cstring>
#include <limits>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/state.hpp>
#include <strata/random/tensors.hpp>
#include <strata/xtensor.hpp>
#include <string>
#include <vector>

using namespace strata;
using support::contains;
using support::message_of;
using support::TemporaryDirectory;

namespace {

using Nested =
    Sequential<Linear<4, 6>, Sequential<Tanh, Sequential<Linear<6, 6>, ReLU>, Linear<6, no_bias>>, Linear<2>>;

/// The message of a refused file. The model must be as it was.
template <class Expected, class M>
std::string refusal(M& model, const std::string& path) {
    const auto before = test::parameters(model);
    const std::string message = message_of<Expected>([&] { load(model, path); });
    CHECK(laws::same_bits(test::parameters(model), before));
    return message;
}

}  // namespace

TEMPLATE_TEST_CASE("what is saved is loaded, bit for bit", "", float, double) {
    const TemporaryDirectory directory;
    manual_seed(1);
    test::Model<Nested, TestType> saved, loaded;
    using Limits = std::numeric_limits<TestType>;
    test::assign(saved.template parameter<"0.bias">(),
                 {Limits::quiet_NaN(), Limits::denorm_min(), Limits::infinity(), 1, 2, 3});
    test::assign(saved.template parameter<"2.bias">(), {1, -TestType(0)});
    const auto before = test::parameters(saved);
    REQUIRE_FALSE(laws::same_bits(test::parameters(loaded), before));

    save(saved, directory.path("model"));
    CHECK(directory.files() == 1);
    CHECK(laws::same_bits(test::parameters(saved), before));
    load(loaded, directory.path("model"));
    CHECK(laws::same_bits(test::parameters(loaded), before));

    save(loaded, directory.path("again"));
    CHECK(support::read_bytes(directory.path("again")) == support::read_bytes(directory.path("model")));
    const test::Model<Nested, TestType>& constant = loaded;
    save(constant, directory.path("model"));  // over the old file
    CHECK(directory.files() == 2);
}

TEST_CASE("a loaded model predicts what the saved one does") {
    const TemporaryDirectory directory;
    manual_seed(2);
    const test::Model<Nested> saved;
    test::Model<Nested> loaded;
    const xt::xtensor<float, 2> x_here = randn(9, 4);
    const auto& x = test::to(x_here);
    save(saved, directory.path("model"));
    load(loaded, directory.path("model"));
    const auto expected = predict(saved, x), predicted = predict(loaded, x);
    CHECK(std::equal(predicted.begin(), predicted.end(), expected.begin(), expected.end()));
}

TEST_CASE("the file holds PyTorch's names, shapes and order") {
    const TemporaryDirectory directory;
    save(test::Model<Nested>(), directory.path("model"));
    const SafetensorsFile file(directory.path("model"));
    std::string seen;
    for (const TensorEntry& entry : file.entries())
        seen += entry.name + " " + std::string(dtype_name(entry.dtype)) + " " +
                strata::detail::text_of(entry.shape.data(), entry.shape.size()) + "\n";
    CHECK(seen == "0.weight F32 (6, 4)\n0.bias F32 (6)\n"
                  "1.1.0.weight F32 (6, 6)\n1.1.0.bias F32 (6)\n"
                  "1.2.weight F32 (6, 6)\n"
                  "2.weight F32 (2, 6)\n2.bias F32 (2)\n");
    CHECK(file.metadata() == Metadata{{"format", "pt"}});  // what safetensors.torch asks for
}

TEST_CASE("a file of another network is refused with all differences at once") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("model");
    save(test::Model<Sequential<Linear<4, 6>, Tanh, Linear<6, 4>, Linear<4, 3>>>(), path);
    test::Model<Sequential<Linear<4, 6>, Tanh, Linear<6, 3>, Tanh, Linear<3, 3, no_bias>>> model;
    CHECK(refusal<StateError>(model, path) == path +
                                                  ": the file is sound, and does not fit: 5 differences\n"
                                                  "  shape:      \"2.weight\" found [4, 6], expected [3, 6]\n"
                                                  "  shape:      \"2.bias\" found [4], expected [3]\n"
                                                  "  missing:    \"4.weight\" F32 [3, 3]\n"
                                                  "  unexpected: \"3.weight\" F32 [3, 4]\n"
                                                  "  unexpected: \"3.bias\" F32 [3]");
    test::Model<Sequential<Linear<6, 4>>> turned;
    CHECK(contains(refusal<StateError>(turned, path),
                   "\"0.weight\" found [6, 4], expected [4, 6]: transposed? Weights are stored [out, in]"));
}

TEST_CASE("a file of another number type is refused") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("model");
    save(test::Model<Linear<4, 2>, double>(), path);
    test::Model<Linear<4, 2>> model;
    CHECK(refusal<StateError>(model, path) == path + ": the file is sound, and does not fit: 2 differences\n"
                                                     "  dtype:      \"weight\" found F64, expected F32\n"
                                                     "  dtype:      \"bias\" found F64, expected F32");
    save(model, path);
    test::Model<Linear<4, 2>, double> precise;
    CHECK(contains(refusal<StateError>(precise, path), "\"weight\" found F32, expected F64"));
}

TEST_CASE("a file that is not sound leaves the model unchanged") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("model");
    test::Model<Sequential<Linear<4, 3>, Linear<2>>> model;
    save(model, path);
    const std::string whole = support::read_bytes(path);
    model.reset_parameters();
    for (Size length = 0; length < whole.size(); ++length) {
        support::write_bytes(path, whole.substr(0, length));
        REQUIRE(contains(refusal<FileError>(model, path), path));
    }
    support::write_bytes(path, whole + '\0');
    refusal<FileError>(model, path);
    const Size header = whole.find('}', whole.rfind("data_offsets"));
    for (Size i = 0; i < header; ++i) {  // one bit of the header: not sound, of another network, or no matter
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 4);
        support::write_bytes(path, damaged);
        const auto before = test::parameters(model);
        try {
            load(model, path);
        } catch (const Error&) {
            REQUIRE(laws::same_bits(test::parameters(model), before));
        }
    }
    refusal<FileError>(model, directory.path("missing"));
    refusal<FileError>(model, directory.name());
    support::write_bytes(path, whole);
    load(model, path);
}

TEST_CASE("a save that fails leaves the old file") {
    const TemporaryDirectory directory;
    const test::Model<Linear<4, 2>> model;
    save(model, directory.path("model"));
    const std::string whole = support::read_bytes(directory.path("model"));
    CHECK_THROWS_AS(save(model, directory.path("model/inside")), FileError);
    CHECK_THROWS_AS(save(model, directory.path("nowhere/model")), FileError);
    CHECK_THROWS_AS(save(model, "/dev/full"), FileError);
    CHECK(support::read_bytes(directory.path("model")) == whole);
    CHECK(directory.files() == 1);
}

TEST_CASE("a network without parameters has a file too") {
    const TemporaryDirectory directory;
    test::Model<Sequential<Input<3>, ReLU>> model;
    save(model, directory.path("model"));
    load(model, directory.path("model"));
    test::Model<Linear<3, 1>> other;
    CHECK(contains(refusal<StateError>(other, directory.path("model")), "2 differences"));
}
