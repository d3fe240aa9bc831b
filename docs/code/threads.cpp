// Quoted by docs/how_to/inference_from_several_threads.md.

#include <cstdio>
#include <strata/strata.hpp>
#include <thread>
#include <vector>

namespace st = strata;

using Net = st::Sequential<st::Linear<20, 64>, st::ReLU, st::Linear<64, 5>, st::Softmax>;

int main() {
    st::manual_seed(42);
    const auto requests = st::randn(4000, 20);
    std::vector<float> answers(4000);

    // [threads]
    const st::Model<Net> model;  // const: nobody can change it

    auto serve = [&](std::size_t first, std::size_t last) {
        st::Predictor predictor{model};  // this thread's activations
        for (std::size_t i = first; i < last; ++i) {
            auto y = predictor(xt::view(requests, xt::range(i, i + 1)));  // (1, 5)
            answers[i] = y(0, 0);
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) threads.emplace_back(serve, 1000 * t, 1000 * (t + 1));
    for (std::thread& thread : threads) thread.join();
    // [threads]

    // [predict]
    const auto all = st::predict(model, requests);  // (4000, 5), an xtensor of its own
    // [predict]
    std::size_t different = 0;
    for (std::size_t i = 0; i < 4000; ++i) different += std::fabs(all(i, 0) - answers[i]) > 1e-6f;
    std::printf("%zu answers differ\n", different);
    return different == 0 ? 0 : 1;
}
