// Steps, passes and assignments for which there is no memory: each allocation fails once, and what was begun is
// as it was, or done.
// Only on the host: the test's own allocation functions stand in front of the host's.

#include "catch.hpp"

#include <cstdlib>
#include <malloc.h>
#include <new>
#include <strata/strata.hpp>
#include <vector>

namespace {

long allocations = 0, fails_at = 0;  // the number of the allocation that fails; 0: none

bool fails() { return ++allocations == fails_at; }

/// Calls `work`, whose n-th allocation fails. Whether it did.
template <class Work>
bool fails_in(long n, const Work& work) {
    allocations = 0;
    fails_at = n;
    bool failed = false;
    try {
        work();
    } catch (const std::bad_alloc&) {
        failed = true;
    }
    fails_at = 0;
    return failed;
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    if (fails()) throw std::bad_alloc();
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    return !fails() && posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}

using namespace strata;

namespace {

using Net = Sequential<Linear<4, 8>, BatchNorm1d<>, ReLU, Linear<3>>;
using Floats = std::vector<float>;

Floats values_of(const Model<Net>& model) {
    Floats values(model.flat_parameters().size());
    model.copy_parameters_to(values.data());
    return values;
}

struct Batches {
    xt::xtensor<float, 2> small = randn(6, 4), large = randn(90, 4);
    xt::xtensor<std::int64_t, 1> small_y = randint(0, 3, 6), large_y = randint(0, 3, 90);
};

/// A step, freezing, a step that is tried again when memory fails, and two more. `n`: which allocation of the
/// first step fails, or, if `later`, of the second; 0 is none. Whether one failed.
template <class Algorithm>
bool train(const Batches& data, const Algorithm& algorithm, bool grouped, long n, bool later,
           Floats& result) {
    manual_seed(7);
    Model<Net> model;
    Trainer trainer{model, CrossEntropyLoss{}, algorithm};
    if (grouped) trainer.optimizer().group("3.", algorithm);
    bool failed = false;
    const auto step = [&](const auto& x, const auto& y, long at) {
        const Floats before = values_of(model);
        const auto totals = trainer.totals();
        if (fails_in(at, [&] { trainer.step(x, y); })) {
            failed = true;
            CHECK(values_of(model) == before);
            CHECK(trainer.totals().batches == totals.batches);
            trainer.step(x, y);
        }
    };
    step(data.small, data.small_y, later ? 0 : n);
    model.freeze("0.weight");
    step(data.large, data.large_y, later ? n : 0);
    model.unfreeze("0.weight");
    step(data.small, data.small_y, 0);
    step(data.large, data.large_y, 0);
    result = values_of(model);
    CHECK(trainer.optimizer().steps() == 4);
    return failed;
}

}  // namespace

TEMPLATE_TEST_CASE("a step for which there is no memory leaves nothing behind", "", Adam, NAdam, Adadelta) {
    const Batches data;
    for (const bool grouped : {false, true}) {
        Floats expected;
        train(data, TestType{.lr = 0.1}, grouped, 0, false, expected);
        for (const bool later : {false, true}) {
            long failures = 0;
            for (bool failed = true; failed; ++failures) {
                Floats values;
                failed = train(data, TestType{.lr = 0.1}, grouped, failures + 1, later, values);
                INFO(failures << ' ' << grouped << ' ' << later);
                CHECK(values == expected);
            }
            CHECK(failures > (later ? 1 : 3));  // (freezing allocates nothing: the larger batch does)
        }
    }
}

TEST_CASE("a pass for which there is no memory") {
    const Batches data;
    for (long n = 1;; ++n) {
        manual_seed(7);
        Model<Net> model;
        const Floats before = values_of(model);
        if (!fails_in(n, [&] { (void)model(data.small); })) break;
        CHECK(values_of(model) == before);  // running means among them
        const auto y = model(data.small);
        model.backward(CrossEntropyLoss{}(y, data.small_y));
    }
    Model<Net> model;
    Predictor predictor{model};
    const auto expected = xt::xtensor<float, 2>(Predictor{model}(data.large));
    for (long n = 1; fails_in(n, [&] { (void)predictor(data.large); }); ++n) {
    }
    const bool equal = xt::xtensor<float, 2>(predictor(data.large)) == expected;
    CHECK(equal);
}

TEST_CASE("an assignment for which there is no memory") {
    const Batches data;
    Model<Net> other;
    other.backward(CrossEntropyLoss{}(other(data.small), data.small_y));
    for (long n = 1;; ++n) {
        Model<Net> model;
        const Floats before = values_of(model);
        if (!fails_in(n, [&] { model = other; })) break;
        CHECK(values_of(model) == before);
        CHECK(!model.has_gradients());
    }
    // to a model that has been moved from
    for (long n = 1;; ++n) {
        Model<Net> model, source;
        const Floats values = values_of(source);
        const Model<Net> gone = std::move(model);
        const bool failed = fails_in(n, [&] { model = std::move(source); });
        CHECK(values_of(failed ? source : model) == values);
        if (!failed) break;
    }
}
