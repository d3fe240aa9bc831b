// The groups of threads that the GPU has, on the host: each thread of a block is a thread here, barriers are
// barriers, and a shuffle goes through memory. So the code that only a GPU runs otherwise (warps, blocks,
// their sums) is run, and a missing barrier shows under the thread sanitizer.

#include "catch.hpp"

#include <barrier>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

namespace emulated {

inline constexpr unsigned warp_size = 32;

/// One block's barriers and the memory that shuffles go through.
struct Block {
    explicit Block(unsigned threads) : all(threads), slots(threads), shared(33) {
        for (unsigned i = 0; i < threads / warp_size; ++i)
            warps.push_back(std::make_unique<std::barrier<>>(warp_size));
    }
    std::barrier<> all;
    std::vector<std::unique_ptr<std::barrier<>>> warps;
    std::vector<double> slots;
    std::vector<double> shared;
};

struct Index {
    unsigned x = 0;
};
inline thread_local Block* block = nullptr;

}  // namespace emulated

inline thread_local emulated::Index threadIdx, blockDim;

inline void __syncthreads() { emulated::block->all.arrive_and_wait(); }
inline void __syncwarp() { emulated::block->warps[threadIdx.x / emulated::warp_size]->arrive_and_wait(); }
template <class T>
T __shfl_xor_sync(unsigned, T value, int distance) {
    static_assert(sizeof(T) <= sizeof(double));
    auto& slots = emulated::block->slots;
    __builtin_memcpy(&slots[threadIdx.x], &value, sizeof value);
    __syncwarp();
    T other;
    __builtin_memcpy(&other, &slots[threadIdx.x ^ static_cast<unsigned>(distance)], sizeof other);
    __syncwarp();
    return other;
}

#define STRATA_EMULATES_THREADS
#define __device__
#include <strata/backends/cpu/cross_entropy.hpp>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/backends/cuda/cross_entropy.hpp>
#include <strata/backends/cuda/gather.hpp>

using namespace strata;

namespace {

/// work(group) by every thread of a block.
template <class Work>
void run_block(unsigned threads, const Work& work) {
    emulated::Block block(threads);
    std::vector<std::thread> all;
    for (unsigned i = 0; i < threads; ++i)
        all.emplace_back([&, i] {
            emulated::block = &block;
            threadIdx.x = i;
            blockDim.x = threads;
            work(strata::cuda::BlockGroup{block.shared.data()});
        });
    for (std::thread& thread : all) thread.join();
}
/// work(group) by the threads of a warp.
template <class Work>
void run_warp(const Work& work) {
    run_block(emulated::warp_size, [&](const auto&) { work(strata::cuda::WarpGroup{}); });
}

/// Sums, maxima and shared loops of a group, with the results of every thread.
template <class Group>
void check_group(const Group& group, Size n, std::vector<int>& visits, std::vector<int>& wrong) {
    const auto number = [](Size i) { return static_cast<double>(i % 7) - 2; };
    double sum = 0, highest = -5;
    for (Size i = 0; i < n; ++i) {
        sum += number(i);
        highest = number(i) > highest ? number(i) : highest;
    }
    const bool fine = group.sum(n, number) == sum && group.max(n, -5.0, number) == highest &&
                      group.sum(n, [](Size) { return Size(1); }) == n &&
                      group.sum(n, [](Size i) { return static_cast<float>(i % 3); }) ==
                          static_cast<float>(n / 3 * 3 + (n % 3 == 2)) &&
                      (n == 0 || std::isnan(group.max(n, 0.0, [&](Size i) {
                           return i == n / 2 ? std::numeric_limits<double>::quiet_NaN() : number(i);
                       })));
    if (!fine) wrong[threadIdx.x] = 1;
    group.for_each(n, [&](Size i) { ++visits[i]; });
}

}  // namespace

TEST_CASE("a group's sums, maxima and loops") {
    for (const Size n : {0, 1, 5, 31, 32, 33, 64, 100, 1000}) {
        std::vector<int> visits(n), wrong(1024);
        run_warp([&](const auto& group) { check_group(group, n, visits, wrong); });
        CHECK(visits == std::vector<int>(n, 1));
        for (const unsigned threads : {32u, 64u, 256u}) {
            visits.assign(n, 0);
            run_block(threads, [&](const auto& group) { check_group(group, n, visits, wrong); });
            CHECK(visits == std::vector<int>(n, 1));

            visits.assign(n, 0);
            run_block(threads, [&](const auto& group) {
                group.for_each_warp(n, [&](const auto& warp, Size i) {
                    if (warp.leads()) ++visits[i];
                });
            });
            CHECK(visits == std::vector<int>(n, 1));
        }
        CHECK(wrong == std::vector<int>(1024));
    }
}

TEST_CASE("softmax by a warp, in place") {
    for (const Size classes : {1, 10, 32, 33, 100}) {
        std::vector<double> x(classes);
        for (Size c = 0; c < classes; ++c) x[c] = std::sin(static_cast<double>(c));
        double total = 0;
        for (const double value : x) total += std::exp(value);
        std::vector<double> y = x, log_y = x;
        const ClassExtent e{1, classes, 1};
        run_warp([&](const auto& group) {
            strata::cuda::detail::SoftmaxRow<double>{e, y.data(), y.data()}(group, 0);
            strata::cuda::detail::LogSoftmaxRow<double>{e, log_y.data(), log_y.data()}(group, 0);
        });
        for (Size c = 0; c < classes; ++c) {
            CHECK(y[c] == Approx(std::exp(x[c]) / total));
            CHECK(log_y[c] == Approx(x[c] - std::log(total)).margin(1e-12));
        }
    }
}

TEST_CASE("the loss of a small batch by one block, in the place of its input") {
    namespace cd = strata::cuda::detail;
    constexpr Size classes = 10, batch = 37;
    for (const bool log_probabilities : {false, true}) {
        std::vector<float> x(batch * classes), expected(x.size());
        std::vector<std::int64_t> target(batch);
        for (Size i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i) * 0.7f);
        for (Size i = 0; i < batch; ++i) target[i] = static_cast<std::int64_t>(i * 3 % classes);
        target[4] = -100;  // ignored

        const CrossEntropyOptions options{.log_probabilities = log_probabilities};
        const BatchView<const float, void, Shape<classes>> view{x.data(), batch};
        LossReport wanted;
        cpu::CrossEntropyOperations::cross_entropy(view, target.data(), expected.data(), options, &wanted);
        cpu::ReduceOperations::count_correct(view, target.data(), &wanted);

        std::vector<double> terms(batch + cd::LabelCount::size);
        LossReport report;
        std::vector<float> gradient = x;
        const ClassExtent e{batch, classes, 1};
        const cd::Samples<float> samples{e, gradient.data(), gradient.data(), nullptr, terms.data()};
        const cd::LabelCount labels{terms.data() + batch};
        const cd::Labels given{target.data(), nullptr, batch, classes, -100};
        const cd::SmallBatchLoss<float> loss{
            {given, batch, target.data(), batch, classes, labels, &report},
            {samples, target.data(), labels, 0.0, true, log_probabilities, -100},
            {{terms.data()}, batch, {&report, labels, true}},
            &report};
        run_block(256, [&](const auto& group) { loss(group); });
        CHECK(report.value == Approx(wanted.value).epsilon(1e-6));
        CHECK(report.correct == wanted.correct);
        CHECK(report.refused == 0);
        for (Size i = 0; i < x.size(); ++i)
            CHECK(gradient[i] == Approx(expected[i]).epsilon(1e-5).margin(1e-7));
    }
}

TEST_CASE("columns summed by a warp, rows gathered by a block") {
    constexpr Size rows = 100, columns = 7;
    std::vector<float> x(rows * columns), sums(columns, 1);
    for (Size i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 11);
    for (Size j = 0; j < columns; ++j)
        run_warp([&](const auto& group) {
            strata::cuda::detail::SumColumn<float, float>{x.data(), rows, columns, sums.data(), true}(group,
                                                                                                      j);
        });
    for (Size j = 0; j < columns; ++j) {
        float sum = 1;
        for (Size row = 0; row < rows; ++row) sum += x[row * columns + j];
        CHECK(sums[j] == sum);
    }

    std::vector<unsigned char> bytes(5 * 300);
    for (Size i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i * 7);
    const std::vector<std::int64_t> order = {9, 9, 4, 0, 2};
    const Size first = 2;
    std::vector<float> out(3 * 300);
    const strata::cuda::detail::GatherRow<unsigned char, float> gather{bytes.data(), 300, order.data(),
                                                                       &first, out.data()};
    for (Size i = 0; i < 3; ++i) run_block(64, [&](const auto& group) { gather(group, i); });
    for (Size i = 0; i < 3; ++i)
        for (Size j = 0; j < 300; ++j)
            REQUIRE(out[i * 300 + j] ==
                    static_cast<float>(bytes[static_cast<Size>(order[2 + i]) * 300 + j]) / 255);
}
