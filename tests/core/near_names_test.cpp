// Which names a misspelt one may have meant.

#include "catch.hpp"

#include <strata/core/near_names.hpp>

using strata::detail::edit_distance;
using strata::detail::near_names;
using strata::detail::with_prefixes;

TEST_CASE("letters inserted, removed and replaced") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("weight", "weight") == 0);
    CHECK(edit_distance("wieght", "weight") == 2);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("features", "features.") == 1);
}

TEST_CASE("names with all their beginnings") {
    CHECK(with_prefixes({"2.0.weight", "2.0.bias", "3.bias", "scale"}) ==
          std::vector<std::string_view>{"2.", "2.0.", "2.0.weight", "2.0.bias", "3.", "3.bias", "scale"});
    CHECK(with_prefixes({}).empty());
}

TEST_CASE("what is near, the nearest first, or what there is") {
    const std::vector<std::string_view> names = {"body.", "body.weight", "head.", "head.weight"};
    CHECK(near_names("bodi.", names) == "; did you mean \"body.\"?");
    CHECK(near_names("heady.", names) == "; did you mean \"head.\"?");
    CHECK(near_names("classifier", names) ==
          "; there are \"body.\", \"body.weight\", \"head.\", \"head.weight\"");
    CHECK(near_names("x", {}) == "; there are none");
    CHECK(near_names("classifier", {"1", "2", "3", "4", "5", "6", "7", "8", "9"}).ends_with("\"8\", ..."));
    CHECK(near_names("a.", {"b.", "c.", "d.", "e."}) == "; did you mean \"b.\" or \"c.\" or \"d.\"?");
}
