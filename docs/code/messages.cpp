// Prints the messages that docs/reference/run_time_errors.md shows.

#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

template <class Error, class Work>
void refused(const Work& work) {
    try {
        work();
        std::puts("NOT REFUSED");
    } catch (const Error& error) {
        std::printf("%s\n\n", error.what());
    }
}

int main() {
    using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;
    st::Model<Net> model;
    st::NLLLoss criterion;
    st::Trainer trainer{model, criterion, st::Adam{}};
    const auto x = st::randn(8, 4);
    const auto y = st::randint(0, 3, 8);

    refused<st::ValueError>([&] { st::Trainer{model, criterion, st::Adam{.lr = -1}}; });
    refused<st::ValueError>([&] { trainer.step(x, xt::xtensor<std::int64_t, 1>(y + 7)); });
    refused<st::ValueError>([&] { trainer.step(x, xt::xtensor<std::int64_t, 1>(0 * y - 100)); });
    refused<st::ValueError>([&] { st::NLLLoss{.weight = {1, -1, 1}}(model(x), y); });
    refused<st::ValueError>([&] {
        const xt::xtensor<float, 1> prediction = {0.5f, 1.5f}, target = {0.0f, 1.0f};
        st::BCELoss{}(prediction, target);
    });
    refused<st::ValueError>([&] {
        auto loss = criterion(model(x), y);
        model.backward(loss);
        model.backward(loss);
    });
    refused<st::ValueError>([&] {
        st::TensorDataset<st::Shape<4>, st::ClassIndex> dataset{x, y};
        st::DataLoader loader{dataset, {.batch_size = 0}};
    });
    refused<st::ValueError>([&] {
        st::TensorDataset<st::Shape<4>, st::ClassIndex> dataset{x, y};
        st::random_split(dataset, {5, 5});
    });
    refused<st::ShapeError>([&] { model(st::randn(8, 5)); });
    refused<st::ShapeError>([&] { criterion(model(x), xt::view(y, xt::all(), xt::newaxis())); });
    refused<st::ShapeError>([&] { trainer.step(x, st::randint(0, 3, 7)); });
    refused<st::FileError>([&] { st::load(model, "no/such/file.safetensors"); });
    refused<st::FileError>([&] {
        std::FILE* file = std::fopen("broken.safetensors", "w");
        std::fputs("this is no safetensors file", file);
        std::fclose(file);
        st::load(model, "broken.safetensors");
    });
    refused<st::FileError>([&] {
        std::FILE* file = std::fopen("net.pth", "w");
        std::fputs("PK\x03\x04 and the rest of a zip archive: archive/data.pkl", file);
        std::fclose(file);
        st::load(model, "net.pth");
    });
    refused<st::FileError>([&] { st::datasets::mnist("no_such_directory"); });
    refused<st::StateError>([&] {
        st::Model<st::Sequential<st::Linear<3, 4>, st::ReLU, st::Linear<2>>> other;
        st::save(other, "other.safetensors");
        st::load(model, "other.safetensors");
    });
    refused<st::NumericError>([&] {
        xt::xtensor<float, 2> wrong = x;
        wrong(0, 0) = std::nanf("");
        trainer.step(wrong, y);
    });
}
