// error: parameter-name
// expect: the_name_is_a_template_argument
// The name of a parameter decides the type of what is returned, and is a template argument.
#include <strata/strata.hpp>

namespace st = strata;

int main() {
    st::Model<st::Sequential<st::Linear<4, 3>>> model;
    model.parameter("0.weight")(0) = 1;
}
