// No heap allocation in a training step or an inference call after the first: every allocating function of
// the C and C++ libraries is replaced by one that counts. On a GPU it is the device's memory that counts, and
// that the host never waits for it; giving it work may take memory of the host.

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(STRATA_TEST_CUDA)
#define STRATA_COUNTS_ALLOCATIONS 1  // the device does
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRATA_COUNTS_ALLOCATIONS 0  // the sanitizers bring their own malloc
#else
#define STRATA_COUNTS_ALLOCATIONS 1

namespace {
std::atomic<long> allocations{0};
std::atomic<std::size_t> aligned_bytes{0};  // what models and kernels take
}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) { return ++allocations, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return ++allocations, __libc_calloc(count, size); }
void* realloc(void* old, std::size_t size) { return ++allocations, __libc_realloc(old, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return ++allocations, aligned_bytes += size, __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
    *result = (++allocations, __libc_memalign(alignment, size));
    return *result == nullptr ? 12 : 0;
}
}

// noinline: g++ 12 takes an inlined half of the pair for a mismatch of new and free.
[[gnu::noinline]] void* operator new(std::size_t size) {
    void* memory = malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    void* memory = aligned_alloc(static_cast<std::size_t>(alignment), size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

#endif

#if STRATA_COUNTS_ALLOCATIONS

#include "catch.hpp"
#include "device.hpp"
#include <strata/strata.hpp>

namespace st = strata;
using test::to;

namespace {

using Net = st::Sequential<st::Linear<20, 32>, st::ReLU, st::Dropout, st::Linear<16>, st::GELU,
                           st::Linear<10>, st::LogSoftmax>;

/// Convolutions, normalisation, attention, branches and parameters of its own.
struct Wide
    : st::Module<st::Named<"conv", st::Conv2d<1, 6, 3, st::padding<1>>>, st::Named<"norm", st::BatchNorm2d<>>,
                 st::Named<"block", st::Residual<st::Conv2d<6, 6, 3, st::same_padding>, st::ReLU>>,
                 st::Named<"attention", st::TransformerEncoderLayer<6, 2, 8>>,
                 st::Named<"gru", st::GRU<6, 5>>, st::Parameter<"scale", st::Shape<10>>,
                 st::Named<"head", st::Linear<10, 10>>> {
    using input_shapes = st::InputShapes<st::Shape<1, 4, 5>>;

    static constexpr auto forward(auto self, auto x) {
        const auto h = st::max_pool2d<2>(self["block"](relu(self["norm"](self["conv"](x)))));  // (6, 2, 2)
        const auto sequence =
            self["gru"](self["attention"](transpose(st::reshape<6, 4>(h), 1, 2)));  // (4, 5)
        return log_softmax(self["head"](st::cat({sum(sequence, 1), amax(sequence, 1)}) * self["scale"]));
    }
};

/// All allocations so far; on a device with the times that it was waited for.
long count() {
#if defined(STRATA_TEST_CUDA)
    const auto& so_far = strata::cuda::statistics();
    return static_cast<long>(so_far.allocations + so_far.synchronizations);
#else
    return allocations;
#endif
}

/// How many `work` makes in its second to fourth run.
template <class Work>
long allocations_of(const Work& work) {
    work();
    const long before = count();
    work();
    work();
    work();
    return count() - before;
}

}  // namespace

TEST_CASE("the hooks count") {
#if defined(STRATA_TEST_CUDA)
    CHECK(allocations_of([] { strata::cuda::synchronize(); }) == 3);
#else
    CHECK(allocations_of([] { delete new volatile int(1); }) == 3);
    CHECK(allocations_of([] { std::free(std::malloc(100)); }) == 3);
#endif
    CHECK(allocations_of([] {
              test::Device::Buffer<float> buffer;
              buffer.resize(100);
          }) == 3);
}

TEST_CASE("a training step allocates nothing after the first") {
    test::Model<Net> model;
    const auto x_here = st::randn(33, 20);
    const auto y_here = st::randint(0, 10, 33);
    const auto small_x_here = st::randn(5, 20);  // the last, smaller batch
    const auto small_y_here = st::randint(0, 10, 5);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const auto& small_x = to(small_x_here);
    const auto& small_y = to(small_y_here);

    SECTION("Adam through a Trainer") {
        st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
        CHECK(allocations_of([&] {
                  trainer.step(x, y);
                  trainer.step(small_x, small_y);
              }) == 0);
    }
    SECTION("SGD with momentum through a Trainer") {
        st::Trainer trainer{model, st::NLLLoss{}, st::SGD{.lr = 0.01, .momentum = 0.9}};
        CHECK(allocations_of([&] { trainer.step(x, y); }) == 0);
    }
    SECTION("LAMB, which sees tensors") {
        st::Trainer trainer{model, st::NLLLoss{}, st::LAMB{}};
        CHECK(allocations_of([&] { trainer.step(x, y); }) == 0);
    }
    SECTION("Muon, for matrices") {
        for (const char* bias : {"0.bias", "3.bias", "5.bias"}) model.freeze(bias);
        st::Trainer trainer{model, st::NLLLoss{}, st::Muon{}};
        CHECK(allocations_of([&] { trainer.step(x, y); }) == 0);
    }
    SECTION("clipped, and of two batches") {
        st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
        trainer.clip_grad_norm(0.1);
        trainer.clip_grad_value(0.1);
        trainer.accumulate_grad_batches(2);
        CHECK(allocations_of([&] {
                  trainer.step(x, y);
                  trainer.step(small_x, small_y);
                  trainer.step(x, y);
                  trainer.update();
              }) == 0);
    }
    SECTION("the five steps by hand") {
        st::NLLLoss criterion;
        st::Optimizer optimizer{model, st::Adam{}};
        CHECK(allocations_of([&] {
                  auto prediction = model(x);
                  auto loss = criterion(prediction, y);
                  optimizer.zero_grad();
                  model.backward(loss);
                  optimizer.step();
              }) == 0);
    }
#if !defined(STRATA_TEST_CUDA)  // `fit` feeds a GPU in another way
    SECTION("an epoch over a DataLoader") {
        st::TensorDataset<st::Shape<20>, st::ClassIndex> dataset{x, y};
        st::DataLoader loader{dataset, {.batch_size = 8, .shuffle = true}};
        st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
        CHECK(allocations_of([&] {
                  for (auto [batch_x, batch_y] : loader) trainer.step(batch_x, batch_y);
              }) == 0);
    }
#endif
}

TEST_CASE("nor does one of a module of its own") {
    test::Model<Wide> model;
    const auto x_here = st::randn(33, 1, 4, 5);
    const auto y_here = st::randint(0, 10, 33);
    const auto small_x_here = st::randn(5, 1, 4, 5);
    const auto small_y_here = st::randint(0, 10, 5);
    const auto& x = to(x_here);
    const auto& y = to(y_here);
    const auto& small_x = to(small_x_here);
    const auto& small_y = to(small_y_here);
    st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
    CHECK(allocations_of([&] {
              trainer.step(x, y);
              trainer.step(small_x, small_y);
          }) == 0);
    model.freeze("conv.");
    CHECK(allocations_of([&] { trainer.step(x, y); }) == 0);

    st::Trainer in_turns{model, st::NLLLoss{}, st::Adam{}};
    const auto freeze_in_turns = [&] {
        for (const char* frozen : {"conv.", "head.", ""}) {
            model.unfreeze("");
            if (*frozen != 0) model.freeze(frozen);
            in_turns.step(x, y);
        }
    };
    freeze_in_turns();
    CHECK(allocations_of(freeze_in_turns) == 0);

    st::Predictor predictor{std::as_const(model)};
    CHECK(allocations_of([&] { predictor(x); }) == 0);
}

#if !defined(STRATA_TEST_CUDA)
TEST_CASE("the planned bytes are those that are taken") {
    st::Model<Wide> model;
    const auto x = st::randn(33, 1, 4, 5);
    const auto taken = [&](auto& what) {
        const std::size_t before = aligned_bytes;
        (void)what.view(st::borrow(x));
        return aligned_bytes - before;
    };
    const auto rounded = [](std::size_t bytes) { return (bytes + 255) / 256 * 256; };  // as memory is taken
    model(x);  // scratch memory of kernels
    st::Model<Wide> other;
    using Wides = st::Model<Wide>;
    const std::size_t buffers =
        other.flat_parameters().size() - Wides::learnt_elements;  // as they were before
    CHECK(taken(other) == rounded(Wides::training_bytes(33)) + rounded(buffers * sizeof(float)));
    st::Predictor predictor{std::as_const(model)};
    CHECK(taken(predictor) == rounded(st::Model<Wide>::inference_bytes(33)));
}
#endif

TEST_CASE("an inference call allocates nothing after the first") {
    const test::Model<Net> model;
    const auto x_here = st::randn(33, 20);
    const auto& x = to(x_here);
    st::Predictor predictor{model};
    CHECK(allocations_of([&] { predictor(x); }) == 0);

    test::Model<Net> own;
    own.eval();
    CHECK(allocations_of([&] { own(x); }) == 0);
}
#endif
