// Nested loops on the device against plain ones: broadcasting, sums, parts, exchanged extents.

#include "catch.hpp"
#include "device.hpp"

#include <cmath>
#include <strata/core/math.hpp>
#include <strata/core/operations/loops.hpp>
#include <strata/random/distributions.hpp>
#include <utility>
#include <vector>

namespace loops_on_the_device {

using namespace strata;
using test::Device;
using test::Memory;

// Neighbouring extents that are broadcast alike are one loop.
static_assert(broadcast_loops<2>({8, dims(3, 4, 5)}, {{8, dims(3, 4, 5)}, {8, dims(3, 4, 5)}}).rank == 1);
static_assert(broadcast_loops<2>({8, dims(3, 4, 5)}, {{8, dims(3, 4, 5)}, {1, dims(4, 5)}}).rank == 2);
static_assert(broadcast_loops<2>({8, dims(3, 4, 5)}, {{8, dims(3, 4, 5)}, {1, dims(3, 1, 1)}}).rank == 3);
static_assert(broadcast_loops<2>({1, dims(3, 1, 5)}, {{1, dims(3, 1, 5)}, {1, dims()}}).rank == 1);
static_assert(part_loops({8, dims(6, 4)}, 0, 2).rank == 2 && part_loops({8, dims(6, 4)}, 0, 6).rank == 1);

struct Product {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
        return a * b;
    }
};

template <class T>
Memory<T> random_numbers(Size count, Generator& generator) {
    std::vector<float> numbers(count);
    normal_(numbers.data(), count, 0, 1, generator);
    return Memory<T>(numbers.begin(), numbers.end());
}

/// Extents, some of them repeated: what remains if they are 1, or missing in front.
Extents repeated(Extents space, Generator& generator) {
    if (generator.random() % 2 == 0) space.batch = 1;
    for (Size i = 0; i < space.dims.rank; ++i)
        if (generator.random() % 2 == 0) space.dims.extent[i] = 1;
    while (space.dims.rank > 0 && space.dims.extent[0] == 1 && generator.random() % 2 == 0) {
        for (Size i = 1; i < space.dims.rank; ++i) space.dims.extent[i - 1] = space.dims.extent[i];
        space.dims.extent[--space.dims.rank] = 0;
    }
    return space;
}

/// Where an element of a tensor lies, from its indices in the space.
Size offset(const Extents& space, const Extents& tensor, Size element) {
    Size at = 0, step = 1;
    for (Size i = space.dims.rank; i-- > 0;) {
        const Size index = element % space.dims.extent[i], missing = space.dims.rank - tensor.dims.rank;
        element /= space.dims.extent[i];
        if (i < missing) continue;
        if (tensor.dims.extent[i - missing] > 1) at += index * step;
        step *= tensor.dims.extent[i - missing];
    }
    return tensor.batch > 1 ? at + element * step : at;
}

template <class T>
void check(const Extents& space, const Extents& a, const Extents& b, const Extents& out,
           Generator& generator) {
    Device device;
    Memory<T> x = random_numbers<T>(a.elements(), generator), y = random_numbers<T>(b.elements(), generator);
    const T *const at_x = x.device(), *const at_y = y.device();
    const auto product = [&](Size i) {
        return static_cast<double>(x[offset(space, a, i)]) * static_cast<double>(y[offset(space, b, i)]);
    };

    Memory<T> mapped(space.elements());
    const Extents of_map[] = {space, a, b}, of_sum[] = {out, a, b};
    device.map_in_loops(broadcast_loops(space, of_map), Product{}, mapped.device(), at_x, at_y);
    mapped.download();
    Size wrong = 0;
    for (Size i = 0; i < mapped.size(); ++i) wrong += mapped[i] != static_cast<T>(product(i));

    std::vector<double> sums(out.elements()), sizes(out.elements());
    for (Size i = 0; i < space.elements(); ++i) {
        sums[offset(space, out, i)] += product(i) / 3;
        sizes[offset(space, out, i)] += std::fabs(product(i));
    }
    Memory<T> summed(out.elements()), again(out.elements());
    device.sum_in_loops(broadcast_loops(space, of_sum), 3, Product{}, summed.device(), at_x, at_y);
    device.sum_in_loops(broadcast_loops(space, of_sum), 3, Product{}, again.device(), at_x, at_y);
    summed.download();
    again.download();
    const double tolerance = sizeof(T) == sizeof(float) ? 2e-7 : 1e-15;
    for (Size i = 0; i < sums.size(); ++i)
        wrong += !(std::fabs(static_cast<double>(summed[i]) - sums[i]) <= tolerance * sizes[i] + 1e-300);
    INFO("batch " << space.batch << ", rank " << space.dims.rank);
    CHECK(wrong == 0);
    CHECK(summed == again);
}

TEST_CASE("Broadcasting and sums agree with plain loops") {
    Generator generator(3);
    for (int round = 0; round < 300; ++round) {
        Extents space;
        space.batch = 1 + generator.random() % 5;
        space.dims.rank = generator.random() % 5;
        const Size longest = round % 3 == 0 ? 40 : 6;
        for (Size i = 0; i < space.dims.rank; ++i)
            space.dims.extent[i] = 1 + generator.random() % (i == 3 ? longest : 6);
        check<float>(space, repeated(space, generator), repeated(space, generator),
                     repeated(space, generator), generator);
        check<double>(space, space, repeated(space, generator), repeated(space, generator), generator);
    }
}

TEST_CASE("Long sums") {
    Generator generator(4);
    const auto sum = [&](Extents space, Extents out) { check<float>(space, space, space, out, generator); };
    sum({1, dims(300000)}, {1, dims()});
    sum({20000, dims(3)}, {1, dims(3)});
    sum({3000, dims(100)}, {1, dims(100)});
    sum({40, dims(600, 30)}, {40, dims(1, 30)});
    sum({3, dims(50000)}, {3, dims(1)});
    sum({16, dims(20, 900)}, {1, dims(20, 1)});
    sum({2000, dims(3, 70)}, {1, dims(1, 70)});
}

TEST_CASE("A sum of many equal numbers does not drift") {
    constexpr Size count = 1 << 20;
    Device device;
    Memory<float> x(count, 0.1f), mean(1);
    for (const Extents space : {Extents{1, dims(count)}, Extents{count, dims()}}) {
        const Extents tensors[] = {{1, dims()}, space};
        device.sum_in_loops(broadcast_loops(space, tensors), count, detail::Itself{}, mean.device(),
                            static_cast<const float*>(x.device()));
        mean.download();
        CHECK(std::fabs(mean[0] - 0.1f) < 5e-8f);  // in float it would be some thousandths
    }
}

TEST_CASE("The largest of many numbers, and NaN") {
    Generator generator(5);
    Device device;
    for (const Size count : {1u, 5u, 40u, 5000u}) {
        Memory<float> x = random_numbers<float>(3 * count, generator), largest(3);
        const Extents space{3, dims(count)}, tensors[] = {{3, dims(1)}, space};
        x[1 + count / 2] = std::nanf("");
        x.upload();
        device.max_in_loops(broadcast_loops(space, tensors), largest.device(),
                            static_cast<const float*>(x.device()));
        largest.download();
        CHECK(std::isnan(largest[0]) == (1 + count / 2 < count));
        for (Size row = 1; row < 3; ++row) {
            float expected = x[row * count];
            for (Size i = 0; i < count; ++i) expected = std::fmax(expected, x[row * count + i]);
            if (row > 1 || count > 2) CHECK(largest[row] == expected);
        }
    }
}

TEST_CASE("Exchanged extents") {
    Generator generator(6);
    Device device;
    for (const auto& [rows, columns] :
         {std::pair<Size, Size>{3, 5}, {64, 96}, {33, 37}, {80, 2}, {2, 80}, {37, 64}}) {
        Memory<float> x = random_numbers<float>(3 * rows * columns, generator), y(x.size());
        Loops<2> loops;  // y[b, i, j] = x[b, j, i]
        loops.add(3, {rows * columns, rows * columns});
        loops.add(columns, {rows, 1});
        loops.add(rows, {1, columns});
        device.map_in_loops(loops, detail::Itself{}, y.device(), static_cast<const float*>(x.device()));
        y.download();
        Size wrong = 0;
        for (Size b = 0; b < 3; ++b)
            for (Size i = 0; i < columns; ++i)
                for (Size j = 0; j < rows; ++j)
                    wrong += y[(b * columns + i) * rows + j] != x[(b * rows + j) * columns + i];
        CHECK(wrong == 0);
    }
}

TEST_CASE("Nothing is added up to zero") {
    Device device;
    Memory<float> x(4), sums(2, 7.0f);
    const Extents space{0, dims(2)}, tensors[] = {{1, dims(2)}, space};
    const auto loops = broadcast_loops(space, tensors);
    device.sum_in_loops(loops, 1, detail::Itself{}, sums.device(), static_cast<const float*>(x.device()));
    sums.download();
    CHECK(sums == std::vector<float>{0, 0});
    device.map_in_loops(exchanged(loops), detail::Itself{}, x.device(),
                        static_cast<const float*>(sums.device()));
}

}  // namespace loops_on_the_device
