// Quoted by docs/how_to/your_own_training_loop.md and use_a_scheduler.md: training without `fit`.

#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

using Net = st::Sequential<st::Flatten, st::Linear<784, 32>, st::ReLU, st::Dropout, st::Linear<10>>;

int main() {
    st::manual_seed(42);
    auto [train, test] = st::datasets::drawn_digits(2000, 500);  // a stand-in for MNIST
    st::DataLoader loader{train, {.batch_size = 50, .shuffle = true}};
    st::DataLoader test_loader{test, {.batch_size = 100}};
    {
        // [five steps]
        st::Model<Net> model;
        st::CrossEntropyLoss criterion;
        st::Optimizer optimizer{model, st::AdamW{.lr = 1e-3}};

        for (int epoch = 0; epoch < 3; ++epoch) {
            model.train();
            double sum = 0;
            for (auto [x, y] : loader) {
                auto prediction = model(x);
                auto loss = criterion(prediction, y);
                optimizer.zero_grad();
                model.backward(loss);
                optimizer.step();
                sum += loss.item();
            }
            const auto measured = st::evaluate(model, test_loader, criterion);
            std::printf("epoch %d  loss %.4f  test loss %.4f  accuracy %.3f\n", epoch + 1,
                        sum / static_cast<double>(loader.size()), measured.loss, measured.accuracy);
        }
        // [five steps]
    }
    {
        // [trainer]
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::AdamW{.lr = 1e-3}};

        for (auto [x, y] : loader) {
            const st::BatchResult result = trainer.step(x, y);
            if (trainer.optimizer().steps() % 20 == 0)
                std::printf("loss %.4f, %zu of %zu correct\n", result.loss, result.correct, result.samples);
        }
        // [trainer]
    }
    {
        st::Model<Net> model;
        st::CrossEntropyLoss criterion;
        st::Optimizer optimizer{model, st::SGD{.lr = 0.1}};
        // [accumulate]
        int batches = 0;
        optimizer.zero_grad();
        for (auto [x, y] : loader) {
            auto loss = criterion(model(x), y);
            model.backward(loss);  // adds to the gradients
            if (++batches % 4 == 0) {
                for (float& g : model.flat_gradients()) g /= 4;  // the mean of four batches
                optimizer.step();
                optimizer.zero_grad();
            }
        }
        // [accumulate]

        // [clip]
        for (auto [x, y] : loader) {
            auto loss = criterion(model(x), y);
            optimizer.zero_grad();
            model.backward(loss);
            const double norm = st::clip_grad_norm_(model, 1.0);  // as it was before
            if (norm > 100) std::printf("steep: %g\n", norm);
            optimizer.step();
        }
        // [clip]
    }
    {
        // [gradients of a trainer]
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1}};
        trainer.clip_grad_norm(1.0);         // or clip_grad_value(0.5)
        trainer.accumulate_grad_batches(4);  // an update for every four batches
        for (auto [x, y] : loader) trainer.step(x, y);
        trainer.update();  // for the last batches, if there are fewer than four
        // [gradients of a trainer]
        std::printf("norm before clipping: %.3f\n", trainer.grad_norm());

        // [gradients in fit]
        st::fit(model, loader, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1},
                {.epochs = 2, .clip_grad_norm = 1.0, .accumulate_grad_batches = 4});
        // [gradients in fit]
    }
    {
        st::Model<Net> model;
        // [mixed]
        st::Trainer trainer{model, st::CrossEntropyLoss{},
                            st::Mixed{st::Muon{.lr = 0.02}, st::AdamW{.lr = 1e-3}}};
        auto& optimizer = trainer.optimizer();
        optimizer.give<st::AdamW>("4.");                 // the last layer's weight as well
        optimizer.get<st::AdamW>().options().lr = 3e-3;  // one of the two, with groups and all
        st::StepLR scheduler{optimizer.get<st::Muon>(), {.step_size = 10}};
        // [mixed]
        for (auto [x, y] : loader) trainer.step(x, y);
        std::printf("loss with Muon: %.3f\n", trainer.totals().loss());
    }
    {
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1, .momentum = 0.9}};
        // [averages]
        st::AveragedModel ema{model, {.ema_decay = 0.99}};  // without a decay: SWA, where all count alike
        for (int epoch = 0; epoch < 3; ++epoch)
            for (auto [x, y] : loader) {
                trainer.step(x, y);
                ema.update_parameters(model);
            }
        const auto measured = st::evaluate(ema.module(), test_loader, trainer.loss());
        st::save(ema.module(), "average.safetensors");
        // [averages]
        std::printf("test loss of the average %.3f\n", measured.loss);
    }
    {
        // [early stopping]
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::AdamW{.lr = 1e-3}};
        double best = INFINITY;
        for (int epoch = 0, without_progress = 0; epoch < 20 && without_progress < 3; ++epoch) {
            for (auto [x, y] : loader) trainer.step(x, y);
            const double loss = st::evaluate(model, test_loader, trainer.loss()).loss;
            without_progress = loss < best ? 0 : without_progress + 1;
            if (loss < best) {
                best = loss;
                st::save(model, "best.safetensors");
            }
        }
        st::load(model, "best.safetensors");
        // [early stopping]
        std::printf("best test loss %.4f\n", best);
    }
    {
        // [scheduler]
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1, .momentum = 0.9}};
        st::CosineAnnealingLR scheduler{trainer.optimizer(), {.T_max = 10}};

        for (int epoch = 0; epoch < 10; ++epoch) {
            for (auto [x, y] : loader) trainer.step(x, y);
            scheduler.step();
        }
        // [scheduler]
        std::printf("learning rate at the end: %.3g\n", scheduler.last_lr());
    }
    {
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1, .momentum = 0.9}};
        st::CosineAnnealingLR scheduler{trainer.optimizer(), {.T_max = 10}};
        // [scheduler in fit]
        st::fit(trainer, loader, {.epochs = 10, .after_epoch = [&](const st::Epoch&) { scheduler.step(); }});
        // [scheduler in fit]
    }
    {
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1, .momentum = 0.9}};
        // [warm-up]
        st::LinearLR warm_up{trainer.optimizer(), {.start_factor = 0.1, .total_iters = 3}};
        st::CosineAnnealingLR cosine{trainer.optimizer(), {.T_max = 7}};
        st::SequentialLR scheduler{trainer.optimizer(), {warm_up, cosine}, {3}};  // from epoch 3 on: cosine

        for (int epoch = 0; epoch < 10; ++epoch) {
            for (auto [x, y] : loader) trainer.step(x, y);
            scheduler.step();
        }
        // [warm-up]
        std::printf("learning rate at the end: %.3g\n", scheduler.last_lr());
    }
    {
        st::Model<Net> model;
        // [one cycle]
        st::Optimizer optimizer{model, st::Adam{}};
        const auto steps = static_cast<long long>(5 * loader.size());
        st::OneCycleLR scheduler{optimizer, {.max_lr = 0.01, .total_steps = steps}};
        st::CrossEntropyLoss criterion;
        for (int epoch = 0; epoch < 5; ++epoch) {
            for (auto [x, y] : loader) {
                auto loss = criterion(model(x), y);
                optimizer.zero_grad();
                model.backward(loss);
                optimizer.step();
                scheduler.step();  // after every batch
            }
        }
        // [one cycle]
        std::printf("learning rate at the end: %.3g\n", scheduler.last_lr());
    }
    {
        st::Model<Net> model;
        st::Trainer trainer{model, st::CrossEntropyLoss{}, st::Adam{}};
        // [plateau]
        st::ReduceLROnPlateau scheduler{trainer.optimizer(), {.factor = 0.5, .patience = 2}};
        for (int epoch = 0; epoch < 10; ++epoch) {
            for (auto [x, y] : loader) trainer.step(x, y);
            scheduler.step(st::evaluate(model, test_loader, trainer.loss()).loss);
        }
        // [plateau]
        // [by hand]
        trainer.optimizer().options().lr = 1e-4;
        // [by hand]
    }
}
