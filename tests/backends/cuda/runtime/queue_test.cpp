// Who may use a device's objects, and from where: models that move between threads, threads that record while
// others allocate, several devices, and errors that Thrust finds.

#include "catch.hpp"
#include "device.hpp"

#include <atomic>
#include <chrono>
#include <cstring>
#include <strata/data/drawn_digits.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/trainer.hpp>
#include <thread>
#if defined(_OPENMP)
#include <omp.h>
#endif

using namespace strata;

namespace {

using Net = Sequential<Linear<20, 32>, ReLU, Linear<10>, LogSoftmax>;
using Dropped = Sequential<Linear<20, 32>, Dropout, Linear<10>, LogSoftmax>;

/// A model, its trainer and a batch, all made here.
template <class N>
struct Training {
    explicit Training(Size samples)
        : x(randn(samples, 20)), y(randint(0, 10, samples)), trainer{model, NLLLoss{}, Adam{}} {}

    void steps(int count) {
#if defined(_OPENMP)
        omp_set_num_threads(1);  // of this thread's loops: several teams on one processor wait for each other
#endif
        for (int i = 0; i < count; ++i) (void)trainer.step(x, y);
    }
    std::vector<float> result() {
        (void)trainer.totals();
        return test::parameters(model);
    }

    strata::cuda::Tensor<float> x;
    strata::cuda::Tensor<std::int64_t> y;
    test::Model<N> model;
    Trainer<test::Model<N>, NLLLoss, Adam> trainer;
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

TEST_CASE("models made in one thread and trained in two learn what they learn alone") {
    constexpr int steps = 2000;
    const auto train = [&](bool together) {
        manual_seed(5);
        Training<Net> first(32), second(48);
        if (together) {
            std::atomic<int> ready = 0;
            const auto steps_beside = [&](auto& training) {
                for (++ready; ready < 2;) std::this_thread::yield();
                training.steps(steps);
            };
            std::thread one([&] { steps_beside(first); });
            std::thread two([&] { steps_beside(second); });
            one.join();
            two.join();
        } else {
            first.steps(steps);
            second.steps(steps);
        }
        return std::pair(first.result(), second.result());
    };
    const auto alone = train(false), together = train(true);
    CHECK(same_bits(alone.first, together.first));
    CHECK(same_bits(alone.second, together.second));
}

TEST_CASE("a trainer goes from thread to thread, and outlives them") {
    const auto train = [&](bool in_threads) {
        manual_seed(6);
        Training<Net> all(32);
        for (int i = 0; i < 3; ++i) {
            if (in_threads)
                std::thread([&] { all.steps(4); }).join();
            else
                all.steps(4);
            all.steps(4);
        }
        return all.result();
    };
    CHECK(same_bits(train(false), train(true)));
}

TEST_CASE("a predictor made in one thread serves another") {
    manual_seed(7);
    const test::Model<Net> model;
    const auto x = to<test::Device>(randn(16, 20));
    const auto expected = predict(model, x);
    Predictor first{model}, second{model};
    std::atomic<int> wrong = 0;
    const auto serve = [&](auto& predictor) {
        for (int i = 0; i < 100; ++i) {
            const auto y = predictor(x).cpu();
            wrong += std::memcmp(y.data(), expected.data(), y.size() * sizeof(float)) != 0;
        }
    };
    std::thread one([&] { serve(first); });
    std::thread two([&] { serve(second); });
    one.join();
    two.join();
    CHECK(wrong == 0);
}

TEST_CASE("a thread may allocate, copy and wait while another one records") {
    constexpr int enough = 300;
    std::atomic<int> rounds = 0, failures = 0;
    std::thread other([&] {
        const auto host = randn(64, 20);
        try {
            for (; rounds < enough; ++rounds) {
                const auto x = to<test::Device>(host);
                (void)x.cpu();
                strata::cuda::synchronize();
            }
        } catch (const DeviceError&) {
            ++failures;
            rounds = enough;
        }
    });
    const strata::cuda::MapOperations device;
    strata::cuda::Buffer<float> buffer;
    buffer.resize(100);
    try {
        while (rounds < enough) {
            strata::cuda::RecordedStep graph;
            graph.record(device.context(), [&] {
                device.fill(buffer.data(), 100, 1.0f);
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            });
            graph.launch(device.context());
        }
    } catch (const DeviceError&) {
        ++failures;
        rounds = enough;
    }
    other.join();
    CHECK(failures == 0);
}

TEST_CASE("recorded work that allocates, copies or waits is refused, and the device goes on") {
    const strata::cuda::MapOperations device;
    strata::cuda::Buffer<float> buffer;
    buffer.resize(100);
    const auto records = [&](const auto& work) {
        strata::cuda::RecordedStep graph;
        graph.record(device.context(), work);
    };
    std::vector<float> host(100);
    CHECK_THROWS_WITH(records([&] { strata::cuda::Buffer<float>().resize(10); }),
                      Catch::Contains("while a graph records"));
    CHECK_THROWS_AS(records([&] { buffer.resize(1000); }), DeviceError);
    buffer.resize(100);
    CHECK_THROWS_AS(records([&] { buffer.copy_to(host.data()); }), DeviceError);
    CHECK_THROWS_AS(records([&] { buffer.zero(); }), DeviceError);
    CHECK_THROWS_AS(records([&] { strata::cuda::synchronize(); }), DeviceError);
    CHECK_THROWS_AS(records([&] { device.context().wait(); }), DeviceError);
    device.fill(buffer.data(), 100, 3.0f);
    buffer.copy_to(host.data());
    CHECK(host == std::vector<float>(100, 3.0f));
}

TEST_CASE("threads that train side by side drop different elements") {
    constexpr Size n = 1000;
    const auto masks = [&] {
        manual_seed(9);
        std::vector<std::vector<float>> all(3);
        const auto draw = [](std::vector<float>& mask) {
            const strata::cuda::RandomOperations device;
            test::Memory<float> memory(n);
            device.follow_generator();
            device.dropout_mask(memory.device(), n, 0.5);
            memory.download();
            mask = memory;
        };
        draw(all[0]);
        std::thread([&] { draw(all[1]); }).join();
        std::thread([&] { draw(all[2]); }).join();
        return all;
    };
    const auto first = masks(), second = masks();
    CHECK(first[0] != first[1]);
    CHECK(first[0] != first[2]);
    CHECK(first[1] != first[2]);
    CHECK(first == second);  // the order in which they draw first decides
}

#if !STRATA_ON_GPU  // with a second device, which the host's stand-in has

TEST_CASE("what lies on one device is refused while another one is current") {
    struct Current {
        explicit Current(int device) { strata::cuda::detail::stand_in_device() = device; }
        ~Current() { strata::cuda::detail::stand_in_device() = 0; }
    };
    manual_seed(8);
    Training<Net> here(32);
    here.steps(3);
    const auto before = test::parameters(here.model);
    const std::string words =
        "strata: what is used here lies on GPU 0, and the current one of this thread is GPU 1; call "
        "cudaSetDevice(0) before";
    {
        const Current other(1);
        CHECK_THROWS_WITH(here.steps(1), words);
        CHECK_THROWS_WITH(here.model(here.x), words);
        CHECK_THROWS_WITH(here.x.cpu(), words);
        CHECK_THROWS_WITH(here.model.parameter<"0.weight">().cpu(), words);
        CHECK_THROWS_WITH(test::parameters(here.model), words);
        CHECK_THROWS_WITH((Trainer{here.model, NLLLoss{}, Adam{}}), words);
        Predictor predictor{here.model};
        CHECK_THROWS_AS(predictor(here.x), DeviceError);

        Training<Net> there(32);  // a stream and memory of its own
        there.steps(3);
        (void)there.result();
        CHECK(&there.model.device().context() != nullptr);
    }
    CHECK(same_bits(test::parameters(here.model), before));
    here.steps(3);
    (void)here.result();
    std::thread([&] {
        const Current other(1);
        CHECK_THROWS_WITH(here.steps(1), words);
    }).join();
}

#endif

TEST_CASE("an error that Thrust finds is a DeviceError") {
    const auto fails = [] {
        strata::cuda::detail::with_thrust(
            [] { throw thrust::system_error(700, thrust::generic_category(), "illegal address"); });
    };
    CHECK_THROWS_AS(fails(), DeviceError);
    CHECK_THROWS_WITH(fails(), Catch::Contains("strata: a kernel launch failed: illegal address"));
}
