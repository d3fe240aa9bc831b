// Labels: threads
#include "strata/data/data_loader.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "golden/random_numbers.hpp"
#include "io/count_allocations.hpp"
#include "io/support.hpp"
#include "strata/data/tensor_dataset.hpp"

namespace st = strata;
namespace numbers = golden::random_numbers;
using support::contains;
using support::message_of;

namespace {

/// Sample i is (i, i + 0.5), its class i.
struct Numbers {
    using sample_shape = st::Shape<2>;
    std::size_t count = 10;
    std::size_t broken = ~std::size_t(0);

    std::size_t size() const { return count; }
    st::Sample<std::array<float, 2>, std::int64_t> get(std::size_t i) const {
        if (i == broken) throw std::runtime_error("sample " + std::to_string(i));
        return {{static_cast<float>(i), static_cast<float>(i) + 0.5f}, static_cast<std::int64_t>(i)};
    }
};

/// The classes in the order in which they come; checks that inputs belong to them.
template <class Loader>
std::vector<std::int64_t> order_of(const Loader& loader) {
    std::vector<std::int64_t> order;
    for (auto [x, y] : loader) {
        REQUIRE(x.shape(0) == y.shape(0));
        for (std::size_t i = 0; i < y.shape(0); ++i) {
            order.push_back(y(i));
            REQUIRE(x(i, 1) == static_cast<float>(y(i)) + 0.5f);
        }
    }
    return order;
}

template <class Loader>
std::vector<std::size_t> batch_sizes(const Loader& loader) {
    std::vector<std::size_t> sizes;
    for (auto [x, y] : loader.views()) sizes.push_back(x.batch);
    return sizes;
}

std::vector<std::int64_t> up_to(std::int64_t n) {
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < n; ++i) result.push_back(i);
    return result;
}

template <std::size_t N>
void check_shuffle(std::uint64_t seed, const std::int64_t (&expected)[N]) {
    for (const std::size_t workers : {0u, 2u}) {
        st::manual_seed(seed);
        const st::DataLoader loader{Numbers{N / 2},
                                    {.batch_size = 3, .shuffle = true, .num_workers = workers}};
        auto order = order_of(loader);
        const auto second = order_of(loader);
        order.insert(order.end(), second.begin(), second.end());
        CHECK(order == std::vector<std::int64_t>(expected, expected + N));
    }
}

using Loader = decltype(st::DataLoader{Numbers{}});
static_assert(std::is_same_v<Loader, st::DataLoader<Numbers>>);
static_assert(std::is_same_v<Loader::value_type, float> && std::is_same_v<Loader::target_type, std::int64_t>);
static_assert(std::is_copy_constructible_v<Loader> && std::is_move_constructible_v<Loader>);

}  // namespace

TEST_CASE("the defaults are PyTorch's: one sample, in order") {
    const Numbers dataset;
    const st::DataLoader loader{dataset};
    CHECK(loader.size() == 10);
    CHECK(loader.batch_size() == 1);
    CHECK(loader.dataset().count == dataset.count);
    CHECK(order_of(loader) == up_to(10));
}

TEST_CASE("the last batch is smaller, or dropped") {
    const Numbers dataset;
    CHECK(batch_sizes(st::DataLoader{dataset, {.batch_size = 4}}) == std::vector<std::size_t>{4, 4, 2});
    CHECK(batch_sizes(st::DataLoader{dataset, {.batch_size = 4, .drop_last = true}}) ==
          std::vector<std::size_t>{4, 4});
    CHECK(batch_sizes(st::DataLoader{dataset, {.batch_size = 5}}) == std::vector<std::size_t>{5, 5});
    CHECK(batch_sizes(st::DataLoader{dataset, {.batch_size = ~std::size_t(0)}}) ==
          std::vector<std::size_t>{10});
    CHECK(batch_sizes(st::DataLoader{dataset, {.batch_size = 11, .drop_last = true}}).empty());
    CHECK(st::DataLoader{dataset, {.batch_size = 4}}.size() == 3);
    CHECK(st::DataLoader{dataset, {.batch_size = 4, .drop_last = true}}.size() == 2);
    for (const std::size_t workers : {0u, 2u})
        CHECK(batch_sizes(st::DataLoader{Numbers{0}, {.shuffle = true, .num_workers = workers}}).empty());
}

TEST_CASE("batches are xtensor expressions of static sample shape") {
    const st::DataLoader loader{Numbers{}, {.batch_size = 4}};
    for (auto [x, y] : loader) {
        static_assert(std::is_same_v<decltype(x)::sample_shape, st::Shape<2>>);
        static_assert(std::is_same_v<decltype(y)::sample_shape, st::Shape<>>);
        CHECK(x.dimension() == 2);
        CHECK(y.dimension() == 1);
        CHECK(x.shape(1) == 2);
        CHECK(x.batch_view().data == x.data());
        const xt::xtensor<float, 2> copy = x;
        CHECK(copy(3, 0) == x(3, 0));
        break;
    }
}

TEST_CASE("shuffled orders are those of PyTorch, with and without workers") {
    check_shuffle(0, numbers::shuffle_10_0);
    check_shuffle(42, numbers::shuffle_10_42);
    check_shuffle(1234, numbers::shuffle_10_1234);
    check_shuffle(0, numbers::shuffle_100_0);
    check_shuffle(42, numbers::shuffle_100_42);
    check_shuffle(1234, numbers::shuffle_100_1234);
}

TEST_CASE("an epoch draws one number from the default generator, a shuffled one draws two") {
    for (const bool shuffle : {false, true}) {
        st::manual_seed(5);
        st::random_int64(st::default_generator());
        if (shuffle) st::random_int64(st::default_generator());
        const std::uint32_t expected = st::default_generator().random();
        const xt::xtensor<float, 2> x = {{1, 2}, {3, 4}};
        const st::TensorDataset<st::Shape<2>> tensors{x, xt::xtensor<int, 1>{0, 1}};

        st::manual_seed(5);
        batch_sizes(st::DataLoader{Numbers{}, {.shuffle = shuffle}});
        CHECK(st::default_generator().random() == expected);
        st::manual_seed(5);
        batch_sizes(st::DataLoader{tensors, {.shuffle = shuffle}});
        CHECK(st::default_generator().random() == expected);
    }
}

TEST_CASE("workers change nothing but the time") {
    for (const std::size_t batch_size : {1u, 7u, 64u, 1000u}) {
        for (const bool shuffle : {false, true}) {
            const auto order_with = [&](std::size_t workers) {
                st::manual_seed(3);
                return order_of(st::DataLoader{
                    Numbers{500}, {.batch_size = batch_size, .shuffle = shuffle, .num_workers = workers}});
            };
            const auto expected = order_with(0);
            for (const std::size_t workers : {1u, 2u, 4u, 33u}) CHECK(order_with(workers) == expected);
        }
    }
}

TEST_CASE("tensors that lie in order are not copied") {
    auto x = xt::xtensor<float, 2>::from_shape({10, 2});
    auto y = xt::xtensor<std::int64_t, 1>::from_shape({10});
    for (std::size_t i = 0; i < 10; ++i) {
        x(i, 0) = static_cast<float>(i);
        x(i, 1) = static_cast<float>(i) + 0.5f;
        y(i) = static_cast<std::int64_t>(i);
    }
    const st::TensorDataset<st::Shape<2>> dataset{x, y};
    const st::DataLoader loader{dataset, {.batch_size = 4, .num_workers = 2}};
    const float* expected = dataset.x().data();
    for (auto [inputs, targets] : loader) {
        CHECK(inputs.data() == expected);
        expected += 8;
    }
    CHECK(order_of(loader) == up_to(10));
    st::manual_seed(42);
    const auto order = order_of(st::DataLoader{dataset, {.batch_size = 4, .shuffle = true}});
    CHECK(order == std::vector<std::int64_t>(numbers::shuffle_10_42, numbers::shuffle_10_42 + 10));
}

TEST_CASE("after the first epoch nothing is allocated") {
    const xt::xtensor<float, 2> x = xt::xtensor<float, 2>::from_shape({100, 2});
    const xt::xtensor<std::int64_t, 1> y = xt::xtensor<std::int64_t, 1>::from_shape({100});
    const st::TensorDataset<st::Shape<2>> tensors{x, y};
    const auto check = [](const auto& loader) {
        const float* memory = nullptr;
        for (auto [inputs, targets] : loader.views()) memory = inputs.data;
        const std::size_t allocated = support::allocated_by([&] {
            for (auto [inputs, targets] : loader.views()) memory = inputs.data;
            for (auto [inputs, targets] : loader) memory = inputs.data();
        });
        CHECK(allocated == 0);
        for (auto [inputs, targets] : loader) {
            if (inputs.shape(0) < 7) CHECK(inputs.data() == memory);  // nor outside of operator new
        }
    };
    check(st::DataLoader{tensors, {.batch_size = 7}});
    check(st::DataLoader{tensors, {.batch_size = 7, .shuffle = true}});
    check(st::DataLoader{Numbers{100}, {.batch_size = 7, .shuffle = true}});
}

TEST_CASE("nor while the batch before is still held") {
    const st::DataLoader loader{Numbers{100}, {.batch_size = 7, .shuffle = true}};
    const auto epoch = [&] {
        auto it = loader.begin();
        for (auto before = (*it).x; it != loader.end(); ++it) before = (*it).x;
    };
    epoch();
    CHECK(support::allocated_by(epoch) == 0);
}

TEST_CASE("several epochs of one loader may be under way at once") {
    for (const std::size_t workers : {0u, 2u}) {
        const st::DataLoader loader{Numbers{20}, {.batch_size = 3, .num_workers = workers}};
        std::int64_t outer = 0, inner = 0;
        for (auto [x, y] : loader) {
            for (auto [other_x, other_y] : loader) inner += other_y(0);
            for (std::size_t i = 0; i < y.size(); ++i, ++outer) REQUIRE(y(i) == outer);
        }
        CHECK(outer == 20);
        CHECK(inner == 7 * (0 + 3 + 6 + 9 + 12 + 15 + 18));
    }
}

TEST_CASE("loops may end early, and loaders be copied and moved") {
    for (const std::size_t workers : {0u, 1u, 3u}) {
        st::DataLoader loader{Numbers{100}, {.batch_size = 2, .num_workers = workers}};
        for (int stop = 1; stop < 12; ++stop) {
            int batches = 0;
            for (auto [x, y] : loader)
                if (++batches == stop) break;
        }
        CHECK(order_of(loader) == up_to(100));
        const st::DataLoader copy = loader;
        const st::DataLoader moved = std::move(loader);
        CHECK(order_of(copy) == up_to(100));
        CHECK(order_of(moved) == up_to(100));
        auto it = moved.begin(), other = moved.begin();
        ++it;
        it = std::move(other);  // the older epoch ends here
        CHECK((*it).y(0) == 0);
        CHECK(!(it == moved.end()));
    }
}

TEST_CASE("what get throws reaches the loop after the batches before it") {
    for (const std::size_t workers : {0u, 1u, 3u}) {
        const st::DataLoader loader{Numbers{40, 17}, {.batch_size = 4, .num_workers = workers}};
        for (int again = 0; again < 3; ++again) {
            int batches = 0;
            const std::string message = message_of<std::runtime_error>([&] {
                for (auto [x, y] : loader) ++batches;
            });
            CHECK(message == "sample 17");
            CHECK(batches == 4);
        }
        CHECK_THROWS_AS(order_of(st::DataLoader{Numbers{40, 0}, {.num_workers = workers}}),
                        std::runtime_error);
    }
}

TEST_CASE("options out of range are refused with the value") {
    CHECK(contains(message_of<st::ValueError>([] { st::DataLoader(Numbers{}, {.batch_size = 0}); }),
                   "batch_size is 0"));
    CHECK(contains(message_of<st::ValueError>([] { st::DataLoader(Numbers{}, {.num_workers = 5000}); }),
                   "num_workers is 5000"));
}
