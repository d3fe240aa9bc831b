#pragma once
// The laws of every layer, whatever it computes. `laws::hold<Shape<3, 4>>(layer)` checks it on samples of
// that shape, in a network of its own.

#include "catch.hpp"
#include "device.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <strata/layers/input.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

namespace laws {

using namespace strata;
using test::Device;
using test::Memory;

template <class S>
struct InputOf;
template <Size... Extents>
struct InputOf<Shape<Extents...>> {
    using type = Input<Extents...>;
};

/// The same numbers to the last bit (NaN equals itself).
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

template <class T, class U>
bool close(const std::vector<T>& a, const std::vector<U>& b, double tolerance) {
    if (a.size() != b.size()) return false;
    for (Size i = 0; i < a.size(); ++i)
        if (!(std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <=
              tolerance * (1 + std::fabs(static_cast<double>(b[i])))))
            return false;
    return true;
}

/// The output for a batch that lies in a vector.
template <class Net, class T>
std::vector<T> outputs(Model<Net, Device, T>& model, const std::vector<T>& x) {
    using In = typename Model<Net, Device, T>::input_shape;
    Memory<T> batch(x);
    const auto y =
        model(BatchView<const T, Device, In>{batch.device(), x.size() / In::dims.elements()}).batch_view();
    return test::read(y.data, y.size());
}

/// Random samples with zeros among them.
template <class T>
std::vector<T> some_numbers(Size count) {
    std::vector<float> x(count);
    Generator generator(11);
    normal_(x.data(), count, 0, 1, generator);
    for (Size i = 0; i < count; i += 7) x[i] = 0;
    return std::vector<T>(x.begin(), x.end());
}

/// Each parameter and each buffer has one row of the table, under its own name, and rows do not overlap: what
/// is learnt lies in front, in the order of the table, and the buffers behind it.
template <class M>
void each_parameter_is_visited_once(const M& model) {
    const auto table = M::parameter_table();
    Size elements = 0;
    Size learnt_end = 0, buffers_end = M::learnt_elements;
    for (Size i = 0; i < table.size(); ++i) {
        const bool learnt = table[i].kind == ParameterKind::learnt;
        Size& end = learnt ? learnt_end : buffers_end;
        CHECK(table[i].offset % parameter_alignment == 0);
        CHECK(table[i].offset >= end);
        end = table[i].offset + table[i].dims.elements();
        if (learnt) elements += table[i].dims.elements();
        for (Size k = 0; k < i; ++k) CHECK_FALSE(table[i].name == table[k].name);
    }
    CHECK(elements == M::parameter_count);
    CHECK(learnt_end <= M::learnt_elements);
    CHECK(buffers_end <= model.flat_parameters().size());
}

template <class Shape, class Layer>
void hold(const Layer& layer) {
    using In = typename InputOf<Shape>::type;
    using Net = Sequential<In, Layer>;
    using Leaves = typename Network<Net>::Leaves;
    constexpr Size batch = 5;
    constexpr Size sample = Shape::dims.elements();
    const Net net(In{}, layer);

    // The output has the shape that the rule says.
    if constexpr (strata::detail::LeafLayer<Layer>)
        STATIC_REQUIRE(Network<Net>::OutputShape::dims == Layer::output_shape(Shape::dims).dims);
    manual_seed(3);
    test::Model<Net> model(net);
    Memory<float> x(some_numbers<float>(batch * sample));
    const auto prediction = model(BatchView<const float, Device, Shape>{x.device(), batch});
    CHECK(prediction.shape()[0] == batch);
    CHECK(prediction.size() == batch * Network<Net>::OutputShape::dims.elements());

    each_parameter_is_visited_once(model);

    // The same seed gives the same initial values and the same result.
    manual_seed(3);
    test::Model<Net> twin(net);
    const std::vector<float> values = test::parameters(model);
    CHECK(same_bits(test::parameters(twin), values));
    manual_seed(4);
    const std::vector<float> trained = outputs(model, x);
    manual_seed(4);
    CHECK(same_bits(outputs(twin, x), trained));

    // Inference is what training computes, unless training draws random numbers.
    model.eval();
    const std::vector<float> inferred = outputs(model, x);
    constexpr bool random = []<class... Leaf>(strata::detail::TypeList<Leaf...>) {
        return (strata::detail::traits_of<Leaf>().view_in_eval || ...);
    }(Leaves{});
    if (!random) CHECK(same_bits(inferred, trained));

    // A batch of one gives what the same sample gives in a larger batch, up to the rounding of matrix
    // products.
    std::vector<float> one_by_one;
    for (Size i = 0; i < batch; ++i) {
        const auto from = x.begin() + static_cast<std::ptrdiff_t>(i * sample);
        const std::vector<float> one =
            outputs(model, std::vector<float>(from, from + static_cast<std::ptrdiff_t>(sample)));
        one_by_one.insert(one_by_one.end(), one.begin(), one.end());
    }
    CHECK(close(one_by_one, inferred, 1e-6));

    // Float and double agree.
    test::Model<Net, double> in_double(net);
    in_double.copy_parameters_from(std::vector<double>(values.begin(), values.end()).data());
    in_double.eval();
    CHECK(close(inferred, outputs(in_double, some_numbers<double>(batch * sample)), 1e-5));
}

}  // namespace laws
