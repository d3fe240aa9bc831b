#pragma once
// Catch2 2.x is one header, Catch2 3 is many. Both put into the tests: TEST_CASE, TEMPLATE_TEST_CASE,
// GENERATE, the matchers, and `Approx`. (In version 2 `Approx` is global already, and a second
// using-declaration for it is an error.)

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
