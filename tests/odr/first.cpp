// Two translation units that include everything must link: a function that lacks `inline` shows here.
#include <strata/strata.hpp>

int second();

int main() { return second(); }
