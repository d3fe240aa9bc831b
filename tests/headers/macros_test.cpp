// Macros that programs have before they include Strata. Apple's headers define check, verify and require; others
// are names that people give to macros of their own.

#include "catch.hpp"

#define check(x) a_macro_of_the_user(x)
#define verify(x) a_macro_of_the_user(x)
#define require(x) a_macro_of_the_user(x)
#define ensure(x) a_macro_of_the_user(x)
#define expect(x) a_macro_of_the_user(x)
#define fail(x) a_macro_of_the_user(x)
#define debug(x) a_macro_of_the_user(x)
#define unused(x) a_macro_of_the_user(x)
#define likely(x) a_macro_of_the_user(x)
#define unlikely(x) a_macro_of_the_user(x)
#define major(x) a_macro_of_the_user(x)
#define minor(x) a_macro_of_the_user(x)
#define near a_macro_of_the_user
#define far a_macro_of_the_user
#define interface a_macro_of_the_user
#define ASSERT(x) a_macro_of_the_user(x)
#define LOG(x) a_macro_of_the_user(x)
#define DEBUG a_macro_of_the_user
#define ERROR a_macro_of_the_user
#define IN a_macro_of_the_user
#define OUT a_macro_of_the_user
#define PI a_macro_of_the_user
#define BATCH a_macro_of_the_user
#define SIZE a_macro_of_the_user

#include <strata/strata.hpp>

TEST_CASE("a program with macros of its own trains a network") {
    namespace st = strata;
    st::manual_seed(0);
    const xt::xtensor<float, 2> x = st::randn(8, 4);
    const auto y = st::randint(0, 3, 8);
    st::Model<st::Sequential<st::Linear<4, 5>, st::BatchNorm1d<>, st::ReLU, st::Linear<3>>> model;
    st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1}};
    const double before = trainer.step(x, y).loss;
    for (int i = 0; i < 20; ++i) trainer.step(x, y);
    CHECK(trainer.step(x, y).loss < before);
}
