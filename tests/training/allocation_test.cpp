// No heap allocation in a training step or an inference call after the first: every allocating function of
// the C and C++ libraries is replaced by one that counts.

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRATA_COUNTS_ALLOCATIONS 0  // the sanitizers bring their own malloc
#else
#define STRATA_COUNTS_ALLOCATIONS 1

namespace {
std::atomic<long> allocations{0};
}

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) { return ++allocations, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return ++allocations, __libc_calloc(count, size); }
void* realloc(void* old, std::size_t size) { return ++allocations, __libc_realloc(old, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return ++allocations, __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
    *result = (++allocations, __libc_memalign(alignment, size));
    return *result == nullptr ? 12 : 0;
}
}

void* operator new(std::size_t size) {
    void* memory = malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    void* memory = aligned_alloc(static_cast<std::size_t>(alignment), size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

#include "catch.hpp"
#include <strata/strata.hpp>

namespace st = strata;

namespace {

using Net = st::Sequential<st::Linear<20, 32>, st::ReLU, st::Dropout, st::Linear<16>, st::GELU,
                           st::Linear<10>, st::LogSoftmax>;

/// How many allocations `work` makes in its second and third run.
template <class Work>
long allocations_of(const Work& work) {
    work();
    const long before = allocations;
    work();
    work();
    return allocations - before;
}

}  // namespace

TEST_CASE("the hooks count") {
    CHECK(allocations_of([] { delete new volatile int(1); }) == 2);
    CHECK(allocations_of([] { std::free(std::malloc(100)); }) == 2);
    CHECK(allocations_of([] { st::cpu::Buffer<float> buffer(100); }) == 2);
}

TEST_CASE("a training step allocates nothing after the first") {
    st::Model<Net> model;
    const auto x = st::randn(33, 20);
    const auto y = st::randint(0, 10, 33);
    const auto small_x = st::randn(5, 20);  // the last, smaller batch
    const auto small_y = st::randint(0, 10, 5);

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
    SECTION("an epoch over a DataLoader") {
        st::TensorDataset<st::Shape<20>, st::ClassIndex> dataset{x, y};
        st::DataLoader loader{dataset, {.batch_size = 8, .shuffle = true}};
        st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
        CHECK(allocations_of([&] {
                  for (auto [batch_x, batch_y] : loader) trainer.step(batch_x, batch_y);
              }) == 0);
    }
}

TEST_CASE("an inference call allocates nothing after the first") {
    const st::Model<Net> model;
    const auto x = st::randn(33, 20);
    st::Predictor predictor{model};
    CHECK(allocations_of([&] { predictor(x); }) == 0);

    st::Model<Net> own;
    own.eval();
    CHECK(allocations_of([&] { own(x); }) == 0);
}
#endif
