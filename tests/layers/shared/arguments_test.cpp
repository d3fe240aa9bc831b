// The grammar of a layer's template arguments.
// Only on the host: nothing here runs on a device.

#include "catch.hpp"

#include <strata/layers/shared/arguments.hpp>

using namespace strata;

namespace {

enum class Round { on };
inline constexpr Round round_off = Round::on;
enum class Colour { red, green };
struct Depth {
    int of = 1;
};
struct Extents {
    int rows = 1, columns = 1;
    static constexpr bool counts_as_a_size = true;
};

template <auto... Arguments>
inline constexpr LayerArguments<Round, Colour, Depth, Extents> written{{.least = 1, .most = 3}, Arguments...};

static_assert(written<4>.wrong == nullptr && !written<4>.is_wrong);
static_assert(written<4>.size_count == 1 && written<4>.size(0, 9) == 4 && written<4>.size(-1, 9) == 4);
static_assert(written<4>.size(1, 9) == 9 && written<4>.size(-2, 9) == 9);
static_assert(written<4, 5u, 6L>.size(-1, 9) == 6 && written<4, 5u, 6L>.size(-3, 9) == 4);
static_assert(!written<4>.has<Round>() && written<4>.option(Colour::green) == Colour::green);
static_assert(!written<4, round_off>.has<Keeps>() && written<4>.option(Keeps::both) == Keeps::both);

// Options in any order, and one that is a size.
static_assert(written<4, Colour::red, round_off>.has<Round>());
static_assert(written<4, round_off, Colour::red>.option(Colour::green) == Colour::red);
static_assert(written<4, Depth{3}>.option(Depth{}).of == 3);
static_assert(written<4, Extents{2, 3}>.size_count == 2 &&
              written<4, Extents{2, 3}>.option(Extents{}).columns == 3);
static_assert(written<Extents{2, 3}, round_off>.wrong == nullptr);

// What is refused.
static_assert(written<>.wrong == &it_has_too_few_sizes);
static_assert(written<round_off>.wrong == &it_has_too_few_sizes);
static_assert(written<1, 2, 3, 4>.wrong == &it_has_too_many_sizes);
static_assert(written<1, 2, 3, Extents{}>.wrong == &it_has_too_many_sizes);
static_assert(written<1, 2, 3, 4, 5, 6, 7, 8, 9>.wrong == &it_has_too_many_sizes);
static_assert(written<0>.wrong == &its_sizes_must_be_at_least_1);
static_assert(written<2, -3>.wrong == &its_sizes_must_be_at_least_1);
static_assert(written<2, ~0ULL>.wrong == &its_sizes_must_be_at_least_1);
static_assert(written<2, round_off, 3>.wrong == &write_its_sizes_in_front_of_its_options);
static_assert(written<Extents{}, 3>.wrong == &write_its_sizes_in_front_of_its_options);
static_assert(written<2, round_off, Extents{}>.wrong == &write_its_sizes_in_front_of_its_options);
static_assert(written<2, round_off, round_off>.wrong == &write_each_of_its_options_once);
static_assert(written<2, Colour::red, Colour::green>.wrong == &write_each_of_its_options_once);
static_assert(written<2, false>.wrong == &its_options_are_names_and_not_false_or_true);
static_assert(written<2, Keeps::both>.wrong == &it_has_no_such_option);
static_assert(written<2, nullptr>.wrong == &it_has_no_such_option);
static_assert(LayerArguments<>({.least = 1, .most = 2}, 2.5).wrong == &its_sizes_are_whole_numbers);

// The first of several mistakes is what is said, and nothing else counts.
static_assert(written<2, false, Keeps::both, 0>.wrong == &its_options_are_names_and_not_false_or_true);
static_assert(written<2, Colour::green, false>.size_count == 0 &&
              !written<2, Colour::green, false>.has<Colour>());

inline void a_rule_of_its_own() {}
constexpr auto refused = [] {
    LayerArguments<Round> all{{.least = 1, .most = 1}, 4, round_off};
    all.refuse(&a_rule_of_its_own);
    all.refuse(&it_has_no_such_option);
    return all;
}();
static_assert(refused.wrong == &a_rule_of_its_own && refused.is_wrong && refused.size(-1, 7) == 7);
static_assert(!refused.has<Round>());

}  // namespace

TEST_CASE("Layers are written with sizes in front, and options behind them, each once") {
    STATIC_REQUIRE(written<4, Colour::green>.option(Colour::red) == Colour::green);
}
