// Labels: robust
// Buffers in a state file, and loading a part of one: what fits is loaded, the rest is reported, and nothing
// is loaded by halves.

#include "catch.hpp"
#include "device.hpp"
#include "golden/batch_norm_state.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <cstring>
#include <iterator>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/state.hpp>
#include <strata/xtensor.hpp>
#include <string>
#include <vector>

using namespace strata;
using support::contains;
using support::message_of;
using support::TemporaryDirectory;

namespace {

namespace expected = golden::batch_norm_state;
using Normed = Sequential<Linear<3, 4>, BatchNorm1d<>, ReLU, Linear<4, 2>>;

using Body = Sequential<Linear<4, 6>, Tanh, Linear<6, 5>>;
using Old = Module<Named<"body", Body>, Named<"head", Linear<5, 3>>>;
using New = Module<Named<"body", Body>, Named<"head", Linear<5, 7>>>;

struct OldNet : Old {
    static constexpr auto forward(auto self, auto x) { return self["head"](self["body"](x)); }
};
struct NewNet : New {
    static constexpr auto forward(auto self, auto x) { return self["head"](self["body"](x)); }
};

using Names = std::vector<std::string>;
const Names body_names = {"body.0.weight", "body.0.bias", "body.2.weight", "body.2.bias"};

/// The elements of the parameters whose names begin with `prefix`.
template <class M>
std::vector<float> part(M& model, std::string_view prefix) {
    std::vector<float> elements;
    const std::vector<float> flat = test::parameters(model);
    for (const ParameterInfo& row : M::parameter_table())
        if (row.name.view().substr(0, prefix.size()) == prefix)
            elements.insert(elements.end(), flat.begin() + static_cast<std::ptrdiff_t>(row.offset),
                            flat.begin() + static_cast<std::ptrdiff_t>(row.offset + row.dims.elements()));
    return elements;
}

}  // namespace

TEST_CASE("a file that PyTorch's side wrote holds buffers, and is loaded and written alike") {
    test::Model<Normed> model;
    const LoadReport report = load(model, support::golden("batch_norm_state.safetensors"));
    CHECK(report.complete());
    CHECK(report.loaded == Names(std::begin(expected::names), std::end(expected::names)));
    CHECK(part(model, "") ==
          std::vector<float>(std::begin(expected::elements), std::end(expected::elements)));

    model.eval();
    xt::xtensor<float, 2> x = xt::zeros<float>({4, 3});
    std::copy(std::begin(expected::x), std::end(expected::x), x.begin());
    const auto y = test::host(model(test::to(x)));
    for (Size i = 0; i < std::size(expected::y); ++i)
        CHECK(y.data()[i] == Approx(expected::y[i]).epsilon(1e-5));

    const TemporaryDirectory directory;
    save(model, directory.path("model"));
    const SafetensorsFile ours(directory.path("model")),
        theirs(support::golden("batch_norm_state.safetensors"));
    CHECK(ours.metadata() == theirs.metadata());
    REQUIRE(ours.entries().size() == std::size(expected::names));
    REQUIRE(theirs.entries().size() == std::size(expected::names));
    for (Size i = 0; i < ours.entries().size(); ++i) {
        const TensorEntry& entry = ours.entries()[i];
        CHECK(entry.name == expected::names[i]);  // state_dict's order; the Python package sorts by name
        const TensorEntry* other = theirs.find(entry.name);
        REQUIRE(other != nullptr);
        CHECK(entry.dtype == other->dtype);
        CHECK(entry.shape == other->shape);
        std::vector<char> bytes(entry.bytes()), other_bytes(other->bytes());
        ours.read(entry, bytes.data());
        theirs.read(*other, other_bytes.data());
        CHECK(bytes == other_bytes);
    }
    const TensorEntry& counter = *ours.find("1.num_batches_tracked");
    CHECK(counter.dtype == DType::I64);
    CHECK(counter.shape.empty());
    std::int64_t batches = 0;
    ours.read(counter, &batches);
    CHECK(batches == 7);

    test::Model<Normed> again;
    load(again, directory.path("model"));
    CHECK(laws::same_bits(test::parameters(again), test::parameters(model)));
}

TEMPLATE_TEST_CASE("counters are whole numbers in the file, and rounded in the model", "", float, double) {
    const TemporaryDirectory directory;
    test::Model<Normed, TestType> model, loaded;
    const auto kept = [&](TestType value) {
        test::assign(model.template buffer<"1.num_batches_tracked">(), {value});
        save(model, directory.path("model"));
        load(loaded, directory.path("model"));
        const SafetensorsFile file(directory.path("model"));
        std::int64_t number = 0;
        file.read(*file.find("1.num_batches_tracked"), &number);
        CHECK(test::host(loaded.template buffer<"1.num_batches_tracked">())() ==
              static_cast<TestType>(number));
        return number;
    };
    CHECK(kept(0) == 0);
    CHECK(kept(16777215) == 16777215);
    CHECK(kept(-3) == -3);
    CHECK(kept(std::numeric_limits<TestType>::infinity()) == INT64_MAX);
    CHECK(kept(-std::numeric_limits<TestType>::infinity()) == INT64_MIN);
    CHECK(kept(std::numeric_limits<TestType>::quiet_NaN()) == 0);
}

TEST_CASE("parameters and buffers are visited apart, and moved together") {
    test::Model<Normed> model;
    Names parameters, buffers;
    model.for_each_parameter([&](std::string_view name, auto) { parameters.emplace_back(name); });
    model.for_each_buffer([&](std::string_view name, auto tensor) {
        buffers.emplace_back(name);
        test::fill(tensor, 3);
    });
    CHECK(parameters == Names{"0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"});
    CHECK(buffers == Names{"1.running_mean", "1.running_var", "1.num_batches_tracked"});
    STATIC_REQUIRE(test::Model<Normed>::parameter_count == 16 + 8 + 10);
    CHECK(test::host(model.parameter<"1.running_var">())(3) == 3);
    const test::Model<Normed>& constant = model;
    CHECK(test::host(constant.buffer<"1.running_mean">())(0) == 3);
    laws::each_parameter_is_visited_once(model);

    auto moved = model.to<Cpu>();
    CHECK(moved.buffer<"1.running_var">()(2) == 3);
    CHECK(moved.buffer<"1.num_batches_tracked">()() == 3);
    const auto back = moved.to<test::Device>();
    CHECK(laws::same_bits(test::parameters(back), test::parameters(model)));
}

TEST_CASE("what fits is loaded, and the rest is reported") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("old");
    manual_seed(1);
    test::Model<OldNet> old;
    test::Model<NewNet> model;
    save(old, path);
    const auto head = part(model, "head.");
    REQUIRE_THROWS_AS(load(model, path), StateError);

    const LoadReport report = load(model, path, {.strict = false});
    CHECK(report.loaded == body_names);
    CHECK(report.missing.empty());
    CHECK(report.unexpected.empty());
    REQUIRE(report.different.size() == 2);
    CHECK(report.different[0].name == "head.weight");
    CHECK(report.different[0].found == std::vector<std::size_t>{3, 5});
    CHECK(report.different[0].expected == std::vector<std::size_t>{7, 5});
    CHECK_FALSE(report.complete());
    CHECK(report.text() == "4 tensors loaded, 2 differences\n"
                           "  shape:      \"head.weight\" found [3, 5], expected [7, 5]\n"
                           "  shape:      \"head.bias\" found [3], expected [7]");
    CHECK(laws::same_bits(part(model, "body."), part(old, "body.")));
    CHECK(laws::same_bits(part(model, "head."), head));
}

TEST_CASE("missing and unexpected names") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("body");
    test::Model<Body> body;
    test::Model<OldNet> whole;
    save(body, path);
    LoadReport report = load(whole, path, {.strict = false});
    CHECK(report.loaded.empty());
    CHECK(report.missing.size() == 6);
    CHECK(report.unexpected == Names{"0.weight", "0.bias", "2.weight", "2.bias"});
    CHECK(contains(report.text(),
                   "0 tensors loaded, 10 differences\n  missing:    \"body.0.weight\" F32 [6, 4]"));

    // A type that differs is not converted.
    test::Model<Body, double> precise;
    const auto before = test::parameters(precise);
    report = load(precise, path, {.strict = false});
    CHECK(report.loaded.empty());
    REQUIRE(report.different.size() == 4);
    CHECK(report.different[3].name == "2.bias");
    CHECK(report.different[3].found_dtype == DType::F32);
    CHECK(report.different[3].expected_dtype == DType::F64);
    CHECK(laws::same_bits(test::parameters(precise), before));
}

TEST_CASE("a part under a prefix, and under another one") {
    const TemporaryDirectory directory;
    manual_seed(2);
    test::Model<OldNet> old;
    test::Model<NewNet> model;
    test::Model<Body> body;
    save(old, directory.path("old"));
    save(body, directory.path("body"));

    // Strictly: the body is there as a whole, whatever stands beside it.
    LoadReport report = load(model, directory.path("old"), {.prefix = "body."});
    CHECK(report.complete());
    CHECK(report.loaded == body_names);
    CHECK(laws::same_bits(part(model, "body."), part(old, "body.")));
    CHECK_THROWS_AS(load(model, directory.path("old"), {.prefix = "head."}), StateError);
    report = load(model, directory.path("old"), {.strict = false, .prefix = "body.2."});
    CHECK(report.loaded == Names{"body.2.weight", "body.2.bias"});

    // A body that was trained by itself, into a network, and the other way round.
    CHECK(load(model, directory.path("body"), {.to = "body."}).loaded == body_names);
    CHECK(laws::same_bits(part(model, "body."), part(body, "")));
    report = load(body, directory.path("old"), {.from = "body.", .to = ""});
    CHECK(report.loaded == Names{"0.weight", "0.bias", "2.weight", "2.bias"});
    CHECK(laws::same_bits(part(body, ""), part(old, "body.")));

    // Both: names are looked at as the model's.
    report = load(body, directory.path("old"), {.strict = false, .prefix = "2.", .from = "body."});
    CHECK(report.loaded == Names{"2.weight", "2.bias"});
    CHECK(report.complete());

    // One layer's place taken by another of the same shape; what does not fit keeps its own name in the
    // report.
    test::Model<Sequential<Linear<6, 5>, Linear<5, 2>>> other;
    report = load(other, directory.path("old"), {.strict = false, .from = "body.2.", .to = "0."});
    CHECK(report.loaded == Names{"0.weight", "0.bias"});
    report = load(other, directory.path("old"), {.strict = false, .from = "body."});
    CHECK(report.unexpected == Names{"body.2.weight", "body.2.bias"});
    CHECK(report.missing == Names{"1.weight", "1.bias"});
    CHECK(report.different.size() == 2);
}

TEST_CASE("a prefix that nothing begins with is refused, with names that are near") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("old");
    test::Model<OldNet> old;
    save(old, path);
    const auto before = test::parameters(old);
    const auto refusal = [&](const LoadOptions& options) {
        return message_of<ValueError>([&] { load(old, path, options); });
    };
    CHECK(refusal({.strict = false, .from = "bodi."}) ==
          path + ": from: no name begins with \"bodi.\"; did you mean \"body.\"?");
    CHECK(refusal({.to = "backbone."}) ==
          "the model: to: no name begins with \"backbone.\"; there are \"body.\", "
          "\"body.0.\", \"body.0.weight\", \"body.0.bias\", \"body.2.\", "
          "\"body.2.weight\", \"body.2.bias\", \"head.\", ...");
    CHECK(contains(refusal({.prefix = "heads."}),
                   "the model: prefix: no name begins with \"heads.\"; did you mean "
                   "\"head.\""));
    CHECK(laws::same_bits(test::parameters(old), before));
}

TEST_CASE("whatever is refused, nothing is half-loaded") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("old");
    test::Model<OldNet> old;
    test::Model<NewNet> model;
    save(old, path);
    const std::string whole = support::read_bytes(path);
    const auto before = test::parameters(model);
    for (Size length = 0; length < whole.size(); length += 7) {
        support::write_bytes(path, whole.substr(0, length));
        REQUIRE_THROWS_AS(load(model, path, {.strict = false}), FileError);
        REQUIRE_THROWS_AS(load(model, path, {.strict = false, .prefix = "body."}), FileError);
    }
    CHECK_THROWS_AS(load(model, directory.path("missing"), {.strict = false}), FileError);
    CHECK(laws::same_bits(test::parameters(model), before));
}

TEST_CASE("a part of one model is copied to another") {
    manual_seed(3);
    test::Model<OldNet> old;
    test::Model<NewNet> model;
    const auto head = part(model, "head.");
    LoadReport report = copy_matching(old, model);
    CHECK(report.loaded == body_names);
    CHECK(report.different.size() == 2);
    CHECK(laws::same_bits(part(model, "body."), part(old, "body.")));
    CHECK(laws::same_bits(part(model, "head."), head));

    const test::Model<Body> body;
    report = copy_matching(body, model, {.to = "body."});
    CHECK(report.complete());
    CHECK(laws::same_bits(part(model, "body."), part(body, "")));
    Model<Body, Cpu> here;  // another device, perhaps
    CHECK(copy_matching(model, here, {.from = "body."}).complete());
    CHECK(laws::same_bits(part(here, ""), part(body, "")));
    CHECK(
        message_of<ValueError>([&] { copy_matching(body, model, {.from = "body.0."}); }) ==
        "the first model: from: no name begins with \"body.0.\"; there are \"0.\", \"0.weight\", \"0.bias\", "
        "\"2.\", \"2.weight\", \"2.bias\"");

    test::Model<Normed> normed, twin;
    normed.for_each_buffer([&](std::string_view, auto tensor) { test::fill(tensor, 5); });
    CHECK(copy_matching(normed, twin).complete());
    CHECK(laws::same_bits(test::parameters(twin), test::parameters(normed)));
}
