// Labels: robust threads
// Loaders, parts and batches keep what they read; what cannot be kept is refused (tests/compile_fail).
#include "strata/data/kept.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "strata/data/data_loader.hpp"
#include "strata/data/drawn_digits.hpp"
#include "strata/data/random_split.hpp"
#include "strata/data/tensor_dataset.hpp"

namespace st = strata;

namespace {

using Points = st::TensorDataset<st::Shape<4>>;

/// Sample i is (i, i, i, i), its class i.
Points make_points(std::size_t count = 10) {
    auto x = xt::xtensor<float, 2>::from_shape({count, 4});
    auto y = xt::xtensor<std::int64_t, 1>::from_shape({count});
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k < 4; ++k) x(i, k) = static_cast<float>(i);
        y(i) = static_cast<std::int64_t>(i);
    }
    return Points{std::move(x), std::move(y)};
}

/// The same as a data set of a user's own, with its samples in a vector.
struct Own {
    using sample_shape = st::Shape<4>;
    std::vector<float> values = std::vector<float>(10);
    std::size_t broken = 100;

    Own() {
        for (std::size_t i = 0; i < 10; ++i) values[i] = static_cast<float>(i);
    }
    std::size_t size() const { return values.size(); }
    auto get(std::size_t i) const {
        if (i == broken) throw std::runtime_error("broken");
        const float v = values[i];
        return st::Sample{std::array{v, v, v, v}, static_cast<std::int64_t>(i)};
    }
};

/// One whose samples lie in order, in memory that dies with it.
struct InOrder : Own {
    std::vector<float> rows = std::vector<float>(40);
    std::vector<std::int64_t> classes = std::vector<std::int64_t>(10);

    InOrder() {
        for (std::size_t i = 0; i < 40; ++i) rows[i] = static_cast<float>(i / 4);
        for (std::size_t i = 0; i < 10; ++i) classes[i] = static_cast<std::int64_t>(i);
    }
    std::pair<const float*, const std::int64_t*> contiguous(std::size_t first) const {
        return {rows.data() + 4 * first, classes.data() + first};
    }
};

struct NotCopied : Own {
    NotCopied() = default;
    NotCopied(NotCopied&&) = default;
    NotCopied(const NotCopied&) = delete;
};

/// Whether every sample belongs to its class; the sum of the classes.
template <class Loader>
std::int64_t sum_of(const Loader& loader) {
    std::int64_t sum = 0;
    for (auto [x, y] : loader)
        for (std::size_t i = 0; i < y.size(); ++i) {
            for (std::size_t k = 0; k < 4; ++k) REQUIRE(x(i, k) == static_cast<float>(y(i)));
            sum += y(i);
        }
    return sum;
}
/// Memory that was freed shortly before is somebody else's now.
void use_memory_again() {
    std::vector<std::vector<float>> others;
    for (std::size_t size = 1; size < 200; ++size) others.emplace_back(size, -1.0f);
}

auto loader_of_a_local() {
    const Points points = make_points();
    return st::DataLoader{points, {}};
}
auto loader_of_a_part(st::DataLoaderOptions options) {
    const Points points = make_points();
    return st::DataLoader{st::random_split(points, {0.8, 0.2})[0], options};
}
auto loaders_of_parts() {
    Own own;
    auto [train, validation] = st::random_split(own, {6, 4});
    return std::pair{st::DataLoader{train, {.batch_size = 4, .shuffle = true}},
                     st::DataLoader{validation, {.batch_size = 4}}};
}

}  // namespace

TEST_CASE("a loader keeps its data set: a local, a part, a part of a part") {
    const auto loader = loader_of_a_local();
    use_memory_again();
    CHECK(sum_of(loader) == 45);

    const auto part = loader_of_a_part({.batch_size = 3, .shuffle = true, .num_workers = 2});
    use_memory_again();
    CHECK(part.dataset().size() == 8);
    CHECK(sum_of(part) > 0);

    const auto [train, validation] = loaders_of_parts();
    use_memory_again();
    CHECK(sum_of(train) + sum_of(validation) == 45);

    const auto nested = [] {
        const st::Subset odd{make_points(), {1, 3, 5, 7, 9}};
        return st::DataLoader{st::Subset{odd, {0, 4}}, {.batch_size = 8}};
    }();
    use_memory_again();
    CHECK(sum_of(nested) == 10);

    const auto digits = [] {
        const auto sets = st::datasets::drawn_digits(20, 10);
        return st::DataLoader{sets.train, {.batch_size = 20}};
    }();
    use_memory_again();
    CHECK(digits.dataset().labels().size() == 20);
    for (auto [x, y] : digits) CHECK(x(0, 0, 14, 14) <= 1);
}

TEST_CASE("copies of the library's data sets share their samples, and a moved one keeps them") {
    Points points = make_points();
    const Points copy = points;
    CHECK(copy.x().data() == points.x().data());
    CHECK(st::DataLoader{points}.dataset().y().size() == 10);
    const st::DataLoader loader{points};
    CHECK(loader.dataset().x().data() == points.x().data());
    const auto parts = st::random_split(points, {0.5, 0.5});
    CHECK(parts[0].dataset().x().data() == points.x().data());
    CHECK(parts[1].dataset().x().data() == points.x().data());

    const st::DataLoader moved{std::move(points)};
    CHECK(points.size() == 10);
    CHECK(sum_of(moved) == 45);

    auto part = parts[0];
    const st::Subset of_moved{std::move(part), {0, 1}};
    CHECK(part.size() == 5);
    CHECK(of_moved.size() == 2);

    auto [train, test] = st::datasets::drawn_digits(10, 10);
    const auto other = train;
    CHECK(other.pixels().data() == train.pixels().data());
    const st::datasets::Mnist taken = std::move(train);
    CHECK(train.size() == 10);
}

TEST_CASE("a data set of a user's own is copied, moved, shared or lent") {
    std::optional<Own> own(std::in_place);
    const st::DataLoader copied{*own, {.batch_size = 4}};
    own->values.assign(10, -1.0f);  // not seen: the loader has its own
    own.reset();
    CHECK(sum_of(copied) == 45);
    const st::DataLoader loader_copy = copied;
    CHECK(&loader_copy.dataset() == &copied.dataset());

    NotCopied alone;
    const st::DataLoader moved{std::move(alone), {.batch_size = 4}};
    CHECK(sum_of(moved) == 45);

    auto pointer = std::make_shared<const NotCopied>();
    const st::DataLoader shared{pointer, {.batch_size = 4}};
    const auto parts = st::random_split(pointer, {3, 7});
    pointer.reset();
    CHECK(sum_of(shared) == 45);
    CHECK(sum_of(st::DataLoader{parts[0]}) + sum_of(st::DataLoader{parts[1]}) == 45);
    CHECK(sum_of(st::DataLoader{std::make_shared<Own>()}) == 45);

    NotCopied lent;
    const st::DataLoader borrowing{st::borrow(lent), {.batch_size = 4, .shuffle = true}};
    CHECK(sum_of(borrowing) == 45);
    CHECK(sum_of(st::DataLoader{st::Subset{st::borrow(lent), {9, 9}}}) == 18);
    lent.values.resize(2);
    CHECK(borrowing.size() == 1);  // what changes in it is seen

    CHECK_THROWS_AS(st::DataLoader{std::shared_ptr<const Own>{}}, st::ValueError);
    CHECK_THROWS_AS(st::Subset(std::shared_ptr<const Own>{}, {}), st::ValueError);
}

TEST_CASE("an empty data set gives no batches, however it is given") {
    Own empty;
    empty.values.clear();
    CHECK(sum_of(st::DataLoader{empty, {.shuffle = true, .num_workers = 2}}) == 0);
    CHECK(sum_of(st::DataLoader{st::borrow(empty)}) == 0);
    CHECK(sum_of(st::DataLoader{make_points(0)}) == 0);
    CHECK(sum_of(st::DataLoader{st::Subset{make_points(), {}}}) == 0);
    const auto parts = st::random_split(make_points(0), {0, 0});
    CHECK(sum_of(st::DataLoader{parts[1]}) == 0);
}

TEST_CASE("a batch stays what it is while loop, loader and data set go") {
    const auto options = {st::DataLoaderOptions{.batch_size = 3},
                          {.batch_size = 3, .shuffle = true},
                          {.batch_size = 3, .shuffle = true, .num_workers = 2}};
    const auto check = [&](const auto& make) {
        for (const st::DataLoaderOptions& each : options) {
            auto loader = std::make_unique<decltype(make(each))>(make(each));
            std::vector<typename decltype(loader->begin())::value_type> batches;
            for (auto batch : *loader) batches.push_back(batch);
            for (auto [x, y] : *loader) batches.push_back({x, y});  // the next epoch
            loader.reset();
            use_memory_again();
            REQUIRE(batches.size() == 8);
            std::int64_t sum = 0;
            for (const auto& [x, y] : batches)
                for (std::size_t i = 0; i < y.size(); ++i) {
                    REQUIRE(x(i, 3) == static_cast<float>(y(i)));
                    sum += y(i);
                }
            CHECK(sum == 90);
        }
    };
    check([](const auto& each) { return st::DataLoader{make_points(), each}; });
    check([](const auto& each) { return st::DataLoader{Own{}, each}; });
    check([](const auto& each) { return st::DataLoader{InOrder{}, each}; });
    check([](const auto& each) { return st::DataLoader{std::make_shared<InOrder>(), each}; });
    check([](const auto& each) {
        return st::DataLoader{st::Subset{make_points(), {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}}, each};
    });

    // A batch of a data set that was only lent.
    auto lent = std::make_unique<InOrder>();
    auto loader = std::make_unique<st::DataLoader<decltype(st::borrow(*lent))>>(
        st::borrow(*lent), st::DataLoaderOptions{.batch_size = 3});
    auto it = loader->begin();
    const auto batch = *it;
    lent.reset();
    loader.reset();
    use_memory_again();
    CHECK(batch.x(2, 0) == 2);
}

TEST_CASE("a batch outlives the iterator, a break, and a get that throws") {
    for (const std::size_t workers : {0u, 2u}) {
        const auto first = [&] {
            for (auto [x, y] : loader_of_a_part({.batch_size = 4, .num_workers = workers})) return x;
            throw std::runtime_error("no batches");
        }();
        const auto again = first;
        use_memory_again();
        CHECK(first.data() == again.data());
        CHECK(first(0, 0) == first(0, 3));

        Own own;
        own.broken = 7;
        auto x_kept = first;
        {
            const st::DataLoader loader{own, {.batch_size = 2, .num_workers = workers}};
            CHECK_THROWS_AS(
                [&] {
                    for (auto [x, y] : loader) x_kept = x;  // the last one before the exception
                }(),
                std::runtime_error);
            // and the loop may go on behind it
            auto it = loader.begin();
            for (int i = 0; i < 2; ++i) ++it;
            CHECK_THROWS_AS(++it, std::runtime_error);
            CHECK((*it).x.shape(0) == 0);
            ++it;
            CHECK((*it).y(0) == 8);
        }
        use_memory_again();
        CHECK(x_kept(0, 0) == 4);
        CHECK(x_kept(1, 3) == 5);
    }
}

/// Sample 0 fails once, in a worker; the others take a while, and are counted.
struct Failing {
    using sample_shape = st::Shape<1>;
    mutable std::atomic<int> fails{1}, asked{0};
    std::size_t size() const { return 40; }
    st::Sample<std::array<float, 1>, std::int64_t> get(std::size_t i) const {
        if (i == 0 && fails.exchange(0) == 1) throw std::runtime_error("a bad sample");
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        ++asked;
        return {{static_cast<float>(i)}, static_cast<std::int64_t>(i)};
    }
};

TEST_CASE("workers end with an epoch whose first batch fails") {
    const Failing data;
    const st::DataLoader loader{st::borrow(data), {.batch_size = 4, .num_workers = 3}};
    CHECK_THROWS_AS(loader.begin(), std::runtime_error);
    const int asked = data.asked;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(data.asked == asked);
    std::int64_t sum = 0;
    for (auto [x, y] : loader)
        for (const std::int64_t label : y) sum += label;
    CHECK(sum == 780);
}

TEST_CASE("loaders and views that were moved from go on") {
    const auto batches_of = [](const auto& loader) {
        int batches = 0;
        for (auto [x, y] : loader) batches += x.shape()[0] > 0;
        return batches;
    };
    st::DataLoader loader{make_points(), {.batch_size = 4}};
    st::DataLoader moved = std::move(loader);
    CHECK(batches_of(moved) == 3);
    CHECK(batches_of(loader) == 3);
    loader = std::move(moved);
    CHECK(batches_of(moved) == 3);
    auto views = loader.views();
    const auto moved_views = std::move(views);
    CHECK(views.begin() != views.end());
    CHECK(moved_views.begin() != moved_views.end());
}

TEST_CASE("an epoch goes on without its loader") {
    for (const std::size_t workers : {0u, 2u}) {
        auto loader =
            std::make_unique<st::DataLoader<Own>>(Own{}, st::DataLoaderOptions{.num_workers = workers});
        auto it = loader->begin();
        auto views = loader->views();
        loader.reset();
        use_memory_again();
        std::int64_t sum = 0;
        for (; it != std::default_sentinel; ++it) sum += (*it).y(0);
        for (auto [x, y] : views) sum += y.data[0];
        CHECK(sum == 90);
    }
}

TEST_CASE("rows and tensors of a data set that is gone") {
    const auto [row, label] = make_points().get(3);
    const auto pixels = st::datasets::drawn_digits(5, 5).train.pixels(2);
    use_memory_again();
    CHECK(row[0] == 3);
    CHECK(row.size() == 4);
    CHECK(label == 3);
    CHECK(*std::max_element(pixels.begin(), pixels.end()) > 150);
    CHECK(pixels.size() == 784);
    float sum = 0;
    for (const float v : make_points().x()) sum += v;
    for (const std::int64_t index : st::Subset{make_points(), {5, 6, 7, 8, 9}}.indices())
        sum += static_cast<float>(index >= 0);
    CHECK(sum == 4 * 45 + 5);
}

TEST_CASE("a part of what is stored names its rows, of parts, too") {
    const Points points = make_points();
    const st::Subset odd{points, {1, 3, 5, 7, 9}};
    const st::Subset two{odd, {4, 0}};
    CHECK(two.stored().x == points.x().data());
    CHECK(two.stored().indices[0] == 9);
    CHECK(two.stored().indices[1] == 1);
    const st::Subset of_shared{std::make_shared<const st::Subset<Points>>(odd), {2}};
    CHECK(of_shared.stored().indices[0] == 5);
}
