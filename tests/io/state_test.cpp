#include "strata/io/state.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"

using strata::DType;
using strata::FileError;
using strata::load_state;
using strata::NamedTensor;
using strata::save_state;
using strata::StateError;
using strata::ValueError;
using support::contains;
using support::golden;
using support::message_of;
using support::read_bytes;
using support::TemporaryDirectory;
using support::write_bytes;

namespace {

/// Tensors of four types, one without extents and one without elements, filled from `start` upwards.
struct Network {
    std::vector<float> weight, bias, scale;
    std::vector<double> running_mean;
    std::vector<std::int64_t> steps;
    std::vector<std::uint8_t> mask;

    explicit Network(int start)
        : weight(12, float(start)), bias(3, float(start) + 0.5f), scale(1, float(start) - 1),
          running_mean(2, start + 0.1), steps(2, start), mask(3, static_cast<std::uint8_t>(start)) {}
    bool operator==(const Network&) const = default;

    template <class T>
    static NamedTensor tensor(const char* name, std::vector<T>& values, std::vector<std::size_t> shape) {
        return {name, strata::dtype_of<T>(), shape, values.data(), values.size() * sizeof(T)};
    }

    std::vector<NamedTensor> tensors() {
        return {tensor("0.weight", weight, {3, 4}),
                tensor("0.bias", bias, {3}),
                tensor("scale", scale, {}),
                tensor("running_mean", running_mean, {2, 1}),
                tensor("steps", steps, {2}),
                tensor("mask", mask, {3}),
                {"nothing", DType::F32, {0, 3}, nullptr, 0}};
    }
};

}  // namespace

TEST_CASE("what is saved is loaded, bit for bit") {
    const TemporaryDirectory directory;
    Network saved(7), loaded(1);
    const std::uint32_t not_a_number = 0x7FC12345;
    std::memcpy(&saved.weight[5], &not_a_number, 4);
    save_state(directory.path("file"), saved.tensors(), {{"format", "pt"}});
    auto tensors = loaded.tensors();
    std::swap(tensors[0], tensors[4]);  // the order is of no importance
    load_state(directory.path("file"), tensors);
    CHECK(std::memcmp(saved.weight.data(), loaded.weight.data(), 48) == 0);
    saved.weight[5] = loaded.weight[5] = 0;
    CHECK(saved == loaded);
    CHECK(strata::SafetensorsFile(directory.path("file")).metadata() == strata::Metadata{{"format", "pt"}});
}

TEST_CASE("a network without parameters") {
    const TemporaryDirectory directory;
    save_state(directory.path("file"), {});
    load_state(directory.path("file"), {});
    CHECK(directory.files() == 1);
}

TEST_CASE("a file that Python wrote is loaded") {
    Network network(1);
    std::uint8_t seven = 0;
    auto tensors = network.tensors();
    tensors[5].dtype = DType::BOOL;
    tensors.push_back({"gr\xC3\xBC\xC3\x9F"
                       "e\n\"quoted\"",
                       DType::U8,
                       {1},
                       &seven,
                       1});
    load_state(golden("example.safetensors"), tensors);
    CHECK(network.weight.front() == -0.5f);
    CHECK(network.weight.back() == 0.875f);
    CHECK(network.scale == std::vector<float>{0.25f});
    CHECK(network.running_mean == std::vector<double>{0.1, -2.5e300});
    CHECK(network.steps == std::vector<std::int64_t>{-1, std::int64_t{1} << 62});
    CHECK(network.mask == std::vector<std::uint8_t>{1, 0, 1});
    CHECK(seven == 7);
}

TEST_CASE("all differences are listed at once, and nothing is changed") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    Network saved(7), loaded(1);
    auto tensors = saved.tensors();
    tensors[0].shape = {4, 3};
    tensors[1].name = "0.offset";
    tensors[3].dtype = DType::I64;
    tensors[4].shape = {1, 2};
    tensors[4].dtype = DType::U64;
    save_state(path, tensors);
    CHECK(message_of<StateError>([&] { load_state(path, loaded.tensors()); }) ==
          path + ": the file is sound, and does not fit: 6 differences\n"
                 "  shape:      \"0.weight\" found [4, 3], expected [3, 4]: transposed? Weights are stored "
                 "[out, in]\n"
                 "  missing:    \"0.bias\" F32 [3]\n"
                 "  dtype:      \"running_mean\" found I64, expected F64\n"
                 "  shape:      \"steps\" found [1, 2], expected [2]\n"
                 "  dtype:      \"steps\" found U64, expected I64\n"
                 "  unexpected: \"0.offset\" F32 [3]");
    CHECK(loaded == Network(1));
}

TEST_CASE("each difference alone is enough") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    Network network(7);
    const auto refusal = [&](std::vector<NamedTensor> saved, std::vector<NamedTensor> expected) {
        save_state(path, saved);
        return message_of<StateError>([&] { load_state(path, expected); });
    };
    auto fewer = network.tensors();
    fewer.erase(fewer.begin() + 2);
    CHECK(refusal(fewer, network.tensors()) ==
          path + ": the file is sound, and does not fit: 1 difference\n  missing:    \"scale\" F32 []");
    CHECK(contains(refusal(network.tensors(), fewer), "1 difference\n  unexpected: \"scale\" F32 []"));
    CHECK(contains(refusal({}, network.tensors()), "7 differences"));
    CHECK(contains(refusal(network.tensors(), {}), "7 differences"));
    auto other = network.tensors();
    other[2].shape = {1};
    CHECK(contains(refusal(other, network.tensors()), "shape:      \"scale\" found [1], expected []"));
    other = network.tensors();
    other[0].shape = {2, 6};
    const std::string message = refusal(other, network.tensors());
    CHECK(contains(message, "found [2, 6], expected [3, 4]"));
    CHECK_FALSE(contains(message, "transposed"));
    CHECK(network == Network(7));
}

TEST_CASE("a file that is not sound changes nothing") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    Network saved(7), loaded(1);
    save_state(path, saved.tensors());
    const std::string whole = read_bytes(path);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        write_bytes(path, whole.substr(0, length));
        REQUIRE_THROWS_AS(load_state(path, loaded.tensors()), FileError);
    }
    write_bytes(path, whole + "x");
    CHECK_THROWS_AS(load_state(path, loaded.tensors()), FileError);
    CHECK_THROWS_AS(load_state(directory.path("missing"), loaded.tensors()), FileError);
    CHECK_THROWS_AS(load_state(directory.name(), loaded.tensors()), FileError);
    CHECK(loaded == Network(1));
}

TEST_CASE("wrong descriptions of memory are refused before any file is touched") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    Network network(7);
    save_state(path, network.tensors());
    const std::string whole = read_bytes(path);

    auto wrong_size = network.tensors();
    wrong_size[0].bytes = 47;
    auto twice = network.tensors();
    twice.push_back(twice[0]);
    auto reserved = network.tensors();
    reserved[0].name = "__metadata__";
    for (const auto& tensors : {wrong_size, twice, reserved}) {
        CHECK_THROWS_AS(save_state(path, tensors), ValueError);
        CHECK_THROWS_AS(load_state(path, tensors), ValueError);
    }
    CHECK(read_bytes(path) == whole);
    CHECK(network == Network(7));
}

TEST_CASE("a save that fails leaves the old file") {
    const TemporaryDirectory directory;
    Network network(7);
    write_bytes(directory.path("file"), "old");
    CHECK_THROWS_AS(save_state(directory.path("file/file"), network.tensors()), FileError);
    CHECK_THROWS_AS(save_state("/dev/full", network.tensors()), FileError);
    CHECK(read_bytes(directory.path("file")) == "old");
    CHECK(directory.files() == 1);
}
