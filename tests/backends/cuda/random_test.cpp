// The device's random numbers: Philox's published vectors, and masks that do not depend on how they are
// made.

#include "catch.hpp"

#include "backends/cuda/arrays.hpp"
#include <strata/backends/cuda/random.hpp>
#include <thread>

using namespace strata;
using namespace arrays;

namespace {

struct PhiloxOnDevice {
    std::uint64_t key, low, high;
    std::uint32_t* words;

    STRATA_DEVICE void operator()() const {
        const strata::cuda::RandomWords random = strata::cuda::philox(key, low, high);
        for (int k = 0; k < 4; ++k) words[k] = random.word[k];
    }
};

/// What the first mask of n elements after manual_seed(seed) has to be, `first` counters into the stream.
template <class T>
std::vector<T> expected_mask(Size n, double p, std::uint64_t seed, std::uint64_t first = 0) {
    std::vector<T> mask(n);
    for (Size i = 0; i < n; ++i) {
        const std::uint32_t word = strata::cuda::philox(seed, first + i / 4).word[i % 4];
        mask[i] = static_cast<double>(word) < (1 - p) * 4294967296.0 ? T(1) / static_cast<T>(1 - p) : T(0);
    }
    return mask;
}

}  // namespace

TEST_CASE("Philox4x32-10 gives the published words") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    // J. Salmon et al., Random123, tests/kat_vectors: counter, key, result
    struct Known {
        std::uint64_t low, high, key;
        std::vector<std::uint32_t> words;
    };
    const std::uint64_t ones = ~std::uint64_t(0);
    const Known all[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {ones, ones, ones, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x85a308d3243f6a88,
         0x0370734413198a2e,
         0x299f31d0a4093822,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    const strata::cuda::RandomOperations device;
    for (const Known& known : all) {
        const auto random = strata::cuda::philox(known.key, known.low, known.high);
        CHECK(std::vector<std::uint32_t>(random.word, random.word + 4) == known.words);
        auto words = on_device(std::vector<std::uint32_t>(4));
        device.once(PhiloxOnDevice{known.key, known.low, known.high, words.data()});
        CHECK(on_host(words) == known.words);
    }
}

TEMPLATE_TEST_CASE("A mask is the words of the stream, whatever its size", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    const strata::cuda::RandomOperations device;
    for (const Size n : {0, 1, 3, 4, 5, 33, 100003}) {
        INFO(n);
        manual_seed(0x123456789abcdef0);
        device.follow_generator();
        auto mask = on_device(std::vector<T>(n, T(9)));
        device.dropout_mask(mask.data(), n, 0.3);
        CHECK(on_host(mask) == expected_mask<T>(n, 0.3, 0x123456789abcdef0));
        device.dropout_mask(mask.data(), n, 0.3);  // goes on in the stream
        CHECK(on_host(mask) == expected_mask<T>(n, 0.3, 0x123456789abcdef0, (n + 3) / 4));
    }
}

TEST_CASE("Dropout keeps an element with probability 1 - p") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::RandomOperations device;
    constexpr Size n = 100003;
    auto mask = on_device(std::vector<float>(n));
    manual_seed(1);
    device.follow_generator();
    for (const double p : {0.0, 0.1, 0.5, 0.9, 1.0}) {
        INFO(p);
        device.dropout_mask(mask.data(), n, p);
        double kept = 0, sum = 0;
        for (const float value : on_host(mask)) {
            kept += value != 0;
            sum += static_cast<double>(value);
        }
        const double share = 1 - p, deviation = std::sqrt(n * p * share);
        CHECK(std::fabs(kept - n * share) <= 4 * deviation);
        CHECK(sum == Approx(p < 1 ? kept / share : 0).epsilon(1e-6));
    }
}

TEST_CASE("A recorded mask draws new numbers each time, and seeding starts the stream anew") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::RandomOperations device;
    constexpr Size n = 1001;
    auto mask = on_device(std::vector<float>(n));
    const auto draw = [&] { device.dropout_mask(mask.data(), n, 0.5); };
    manual_seed(7);
    device.follow_generator();
    std::vector<std::vector<float>> eager;
    for (int i = 0; i < 3; ++i) {
        draw();
        eager.push_back(on_host(mask));
    }
    CHECK((eager[0] != eager[1] && eager[1] != eager[2]));

    strata::cuda::RecordedStep graph;
    graph.record(device.context(), draw);
    const auto allocations = strata::cuda::statistics().allocations.load();
    for (int round = 0; round < 2; ++round) {
        manual_seed(7);
        for (int i = 0; i < 3; ++i) {
            const auto waits = strata::cuda::statistics().synchronizations.load();
            device.follow_generator();
            graph.launch(device.context());
            CHECK(strata::cuda::statistics().synchronizations.load() == waits);
            CHECK(on_host(mask) == eager[static_cast<Size>(i)]);
        }
    }
    default_generator() = Generator(8);
    device.follow_generator();
    draw();
    CHECK(on_host(mask) == expected_mask<float>(n, 0.5, 8));
    CHECK(strata::cuda::statistics().allocations.load() == allocations);
}

TEST_CASE("The first mask of a context takes the seed, and is not recorded") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    bool refused = false;
    std::vector<float> result;
    manual_seed(11);
    std::thread([&] {
        const strata::cuda::RandomOperations device;
        auto mask = on_device(std::vector<float>(9));
        const auto draw = [&] { device.dropout_mask(mask.data(), 9, 0.5); };
        strata::cuda::RecordedStep graph;
        try {
            graph.record(device.context(), draw);
        } catch (const strata::DeviceError&) {
            refused = true;
        }
        draw();
        result = on_host(mask);
    }).join();
    CHECK(refused);
    CHECK(result == expected_mask<float>(9, 0.5, 11));
}

TEST_CASE("A generator counts how often it has been seeded") {
    Generator generator(1);
    const std::uint64_t before = generator.seedings();
    generator.random();
    CHECK(generator.seedings() == before);
    generator.manual_seed(1);
    CHECK(generator.seedings() == before + 1);
}
