#include <strata/strata.hpp>

int second();
int second() { return 0; }
