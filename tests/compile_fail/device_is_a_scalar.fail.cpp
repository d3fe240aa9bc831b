// error: device
// expect: the second argument of Model is a device
// expect: write Model<Net, Cpu, double>
// expect: double
// The scalar type comes third, behind the device.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net, double> model;
    auto y = model(xt::xtensor<double, 2>::from_shape({8, 4}));
}
