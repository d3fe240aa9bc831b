// Labels: threads
#include "strata/data/prefetch.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"

using strata::Size;
using strata::detail::Prefetch;

namespace {

/// Writes item * item to its slot; throws where it is told.
struct Squares {
    std::vector<Size> slots;
    Size broken = ~Size(0);

    static void make(void* self, Size item, Size slot) {
        auto* squares = static_cast<Squares*>(self);
        if (item == squares->broken) throw std::runtime_error("item " + std::to_string(item));
        squares->slots[slot] = item * item;
    }
};

}  // namespace

TEST_CASE("items arrive in order, for any number of workers and slots") {
    for (const Size workers : {1u, 2u, 5u}) {
        for (const Size slots : {1u, 2u, 7u}) {
            Squares squares{std::vector<Size>(slots)};
            Prefetch prefetch;
            for (const Size items : {200u, 3u, 0u}) {  // a prefetch starts again and again
                prefetch.start(workers, items, slots, &Squares::make, &squares);
                Size wrong = 0;
                for (Size item = 0; item < items; ++item)
                    wrong += squares.slots[prefetch.take(item)] != item * item;
                CHECK(wrong == 0);
            }
        }
    }
}

TEST_CASE("a slot belongs to the consumer until it takes the next one") {
    Squares squares{std::vector<Size>(3)};
    Prefetch prefetch;
    prefetch.start(2, 300, 3, &Squares::make, &squares);
    Size wrong = 0;
    for (Size item = 0; item < 300; ++item) {
        const Size slot = prefetch.take(item);
        for (int again = 0; again < 50; ++again) wrong += squares.slots[slot] != item * item;
    }
    CHECK(wrong == 0);
}

TEST_CASE("what an item throws reaches the consumer in its turn, and a new start is clean") {
    Squares squares{std::vector<Size>(5), 6};
    Prefetch prefetch;
    prefetch.start(2, 100, 5, &Squares::make, &squares);
    for (Size item = 0; item < 6; ++item) CHECK(squares.slots[prefetch.take(item)] == item * item);
    CHECK(support::message_of<std::runtime_error>([&] { prefetch.take(6); }) == "item 6");
    squares.broken = ~Size(0);
    prefetch.start(2, 10, 5, &Squares::make, &squares);
    for (Size item = 0; item < 10; ++item) CHECK(squares.slots[prefetch.take(item)] == item * item);
}

TEST_CASE("stopping early joins, wherever the workers are") {
    for (Size taken = 0; taken < 20; ++taken) {
        Squares squares{std::vector<Size>(5)};
        Prefetch prefetch;
        prefetch.start(3, 1000, 5, &Squares::make, &squares);
        for (Size item = 0; item < taken; ++item) prefetch.take(item);
        if (taken % 2) prefetch.stop();  // else the destructor does it
    }
    SUCCEED();
}
