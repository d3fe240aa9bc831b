#pragma once
// The display of `fit`: on a terminal a bar that lives during the epoch; one plain line per epoch everywhere.

#include <chrono>
#include <cstdio>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/training/history.hpp>

namespace strata {

/// Shows nothing when `output` is null.
class Progress {
public:
    Progress(std::FILE* output, int epochs);

    void begin_epoch(int epoch, Size batches);

    /// After each batch; redraws at most ten times a second. `loss()` is asked only then.
    template <class AskLoss>
    void batch(Size done, const AskLoss& loss) {
        if (!live_ || done % 16 != 0) return;
        const auto now = Clock::now();
        if (now - shown_ < std::chrono::milliseconds(100)) return;
        shown_ = now;
        constexpr int width = 30;
        const int filled = batches_ == 0 ? 0 : static_cast<int>(done * width / batches_);
        char bar[width + 1];
        for (int i = 0; i < width; ++i) bar[i] = i < filled ? '=' : i == filled ? '>' : ' ';
        bar[width] = 0;
        const double seconds = std::chrono::duration<double>(now - start_).count();
        const double left =
            done == 0 ? 0 : seconds / static_cast<double>(done) * static_cast<double>(batches_ - done);
        std::fprintf(output_, "\r%s [%s] %zu/%zu  loss %.5f  %.1f s left\033[K", name().c_str(), bar, done,
                     batches_, loss(), left);
        std::fflush(output_);
    }

    double seconds() const;

    [[gnu::cold]] void end_epoch(const Epoch& epoch) const;

private:
    using Clock = std::chrono::steady_clock;

    [[gnu::cold]] std::string name() const { return message("epoch ", epoch_, "/", epochs_); }
    [[gnu::cold]] static void add(std::string& line, const char* label, const char* format, double value);

    std::FILE* output_;
    int epochs_;
    bool live_ = false;
    int epoch_ = 0;
    Size batches_ = 0;
    Clock::time_point start_, shown_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
#include <unistd.h>

namespace strata {

STRATA_FUNCTION Progress::Progress(std::FILE* output, int epochs) : output_(output), epochs_(epochs) {
    live_ = output_ != nullptr && isatty(fileno(output_)) == 1;
}

STRATA_FUNCTION void Progress::begin_epoch(int epoch, Size batches) {
    epoch_ = epoch;
    batches_ = batches;
    start_ = shown_ = Clock::now();
}

STRATA_FUNCTION double Progress::seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

STRATA_FUNCTION void Progress::end_epoch(const Epoch& epoch) const {
    if (output_ == nullptr) return;
    std::string line = name();
    add(line, "  loss ", "%.5f", epoch.loss);
    add(line, "  accuracy ", "%.4f", epoch.accuracy);
    add(line, "  validation loss ", "%.5f", epoch.validation_loss);
    add(line, "  accuracy ", "%.4f", epoch.validation_accuracy);
    add(line, "  ", "%.2f s", epoch.seconds);
    std::fprintf(output_, "%s%s%s\n", live_ ? "\r" : "", line.c_str(), live_ ? "\033[K" : "");
    std::fflush(output_);
}

STRATA_FUNCTION void Progress::add(std::string& line, const char* label, const char* format, double value) {
    if (detail::is_nan(value)) return;
    char text[320];  // of the largest double
    std::snprintf(text, sizeof text, format, value);
    line += message(label, text);
}

}  // namespace strata
#endif
