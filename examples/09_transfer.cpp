// What a network has learnt about the digits 0 to 4 helps another one to tell 5 to 9 apart when there are
// only fifty of them: it takes over the features, gets a head of its own, and trains first the head alone,
// then all of it, the features with a small rate. A third network learns from the fifty alone, for
// comparison.
//
// The data is looked for in $STRATA_DATA_DIR/mnist, or in data/mnist.

#include <algorithm>
#include <strata/strata.hpp>

namespace st = strata;

using Features = st::Sequential<st::Input<1, 28, 28>,                           //
                                st::Conv2d<8, 3>, st::ReLU, st::MaxPool2d<2>,   // 8 x 13 x 13
                                st::Conv2d<16, 3>, st::ReLU, st::MaxPool2d<2>,  // 16 x 5 x 5
                                st::Flatten>;

/// Features that are kept, and a head that is exchanged.
template <st::Size classes>
struct Classifier : st::Module<st::Named<"features", Features>, st::Named<"head", st::Linear<400, classes>>> {
    static constexpr auto forward(auto self, auto x) {
        return log_softmax(self["head"](self["features"](x)));
    }
};

using Digits = st::TensorDataset<st::Shape<1, 28, 28>>;

/// At most `most` samples of the five digits from `first` on, which become the classes 0 to 4.
Digits five_digits(const auto& all, std::int64_t first, st::Size most) {
    std::vector<std::int64_t> labels;
    std::vector<float> pixels;
    for (st::Size i = 0; i < all.size() && labels.size() < most; ++i) {
        const auto sample = all.get(i);
        if (sample.y < first || sample.y >= first + 5) continue;
        labels.push_back(sample.y - first);
        pixels.insert(pixels.end(), sample.x.begin(), sample.x.end());
    }
    auto images = xt::xtensor<float, 4>::from_shape({labels.size(), 1, 28, 28});
    std::copy(pixels.begin(), pixels.end(), images.begin());
    auto targets = xt::xtensor<std::int64_t, 1>::from_shape({labels.size()});
    std::copy(labels.begin(), labels.end(), targets.begin());
    return {std::move(images), std::move(targets)};
}

int main() {
    const auto [train, test] = st::datasets::mnist_or_drawn();
    const Digits old_digits = five_digits(train, 0, 20000), few = five_digits(train, 5, 50);
    const Digits new_digits = five_digits(test, 5, 5000);
    const st::DataLoader old_batches{old_digits, {.batch_size = 64, .shuffle = true}};
    const st::DataLoader few_batches{few, {.batch_size = 10, .shuffle = true}};
    const st::DataLoader test_batches{new_digits, {.batch_size = 500}};
    const auto accuracy = [&](auto& model) {
        return st::evaluate(model, test_batches, st::NLLLoss{}).accuracy;
    };
    constexpr auto file = "09_transfer.safetensors";
    st::manual_seed(42);

    std::printf("%zu samples of the digits 0 to 4:\n", old_digits.size());
    {
        st::Model<Classifier<5>> model;
        st::fit(model, old_batches, st::NLLLoss{}, st::Adam{.lr = 1e-3}, {.epochs = 2});
        st::save(model, file);
    }

    std::printf("\n%zu samples of the digits 5 to 9, from scratch:\n", few.size());
    st::Model<Classifier<5>> scratch;
    st::fit(scratch, few_batches, st::NLLLoss{}, st::Adam{.lr = 1e-3}, {.epochs = 30});
    const double alone = accuracy(scratch);

    std::printf("\nthe same with the features of the first network:\n");
    st::Model<Classifier<5>> model;
    const st::LoadReport report = st::load(model, file, {.strict = false, .prefix = "features."});
    std::printf("%s\n", report.text().c_str());

    model.freeze("features.");  // the head alone: no gradient goes further down
    st::fit(model, few_batches, st::NLLLoss{}, st::Adam{.lr = 1e-2}, {.epochs = 20});
    const double head_alone = accuracy(model);

    model.unfreeze("features.");  // and all of it, the features with a tenth of the rate
    st::Trainer trainer{model, st::NLLLoss{}, st::Adam{.lr = 1e-3}};
    trainer.optimizer().group("features.", st::Adam{.lr = 1e-4});
    st::fit(trainer, few_batches, {.epochs = 20});
    const double all = accuracy(model);

    std::printf("\naccuracy over %zu digits from 5 to 9:\n", new_digits.size());
    std::printf("  from scratch        %.4f\n  a new head          %.4f\n  and all of it then  %.4f\n", alone,
                head_alone, all);
    return all > alone ? 0 : 1;
}
