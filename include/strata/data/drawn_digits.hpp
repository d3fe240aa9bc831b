#pragma once
// Digits that the program draws itself, for when MNIST is not at hand: same type, same size, same classes.
// Each is a few strokes with random slant, proportions, thickness, position, wobble and noise. They are
// easier than MNIST: a linear classifier reaches about 95 %.

#include <cmath>
#include <cstdio>
#include <strata/core/config.hpp>
#include <strata/data/mnist.hpp>
#include <strata/random/generator.hpp>

namespace strata::datasets {

namespace detail {

struct Point {
    float x, y;
};

/// A stroke through up to 13 points of the unit square, y downwards: straight pieces, or a smooth curve.
struct Stroke {
    bool curved;
    int points;
    Point point[13];
};
struct DigitShape {
    int strokes;
    Stroke stroke[2];
};

// clang-format off
inline constexpr DigitShape digit_shapes[10] = {
    {1, {{true, 9, {{.55f, .05f}, {.25f, .17f}, {.14f, .5f}, {.22f, .83f}, {.5f, .95f}, {.78f, .83f}, {.86f, .5f}, {.78f, .17f}, {.5f, .04f}}}}},
    {1, {{false, 3, {{.34f, .26f}, {.54f, .05f}, {.54f, .95f}}}}},
    {2, {{true, 7, {{.18f, .27f}, {.32f, .09f}, {.58f, .04f}, {.79f, .2f}, {.74f, .44f}, {.48f, .7f}, {.16f, .93f}}},
         {false, 2, {{.16f, .93f}, {.86f, .93f}}}}},
    {2, {{true, 5, {{.2f, .14f}, {.46f, .04f}, {.74f, .14f}, {.72f, .36f}, {.42f, .47f}}},
         {true, 5, {{.42f, .47f}, {.78f, .57f}, {.82f, .8f}, {.52f, .96f}, {.16f, .86f}}}}},
    {2, {{false, 3, {{.56f, .05f}, {.14f, .64f}, {.88f, .64f}}}, {false, 2, {{.66f, .34f}, {.66f, .95f}}}}},
    {2, {{false, 3, {{.8f, .06f}, {.3f, .06f}, {.25f, .45f}}},
         {true, 6, {{.25f, .45f}, {.52f, .39f}, {.78f, .52f}, {.8f, .78f}, {.52f, .95f}, {.18f, .87f}}}}},
    {1, {{true, 9, {{.7f, .05f}, {.38f, .26f}, {.2f, .6f}, {.28f, .87f}, {.54f, .95f}, {.78f, .78f}, {.7f, .56f}, {.45f, .52f}, {.22f, .7f}}}}},
    {2, {{false, 3, {{.14f, .08f}, {.86f, .08f}, {.42f, .95f}}}, {false, 2, {{.36f, .5f}, {.78f, .5f}}}}},
    {1, {{true, 13, {{.5f, .48f}, {.26f, .31f}, {.3f, .12f}, {.5f, .04f}, {.7f, .12f}, {.74f, .31f}, {.5f, .48f}, {.23f, .68f}, {.27f, .88f},
                     {.5f, .96f}, {.74f, .88f}, {.78f, .68f}, {.5f, .48f}}}}},
    {2, {{true, 7, {{.78f, .28f}, {.6f, .06f}, {.34f, .08f}, {.22f, .28f}, {.34f, .48f}, {.6f, .47f}, {.78f, .28f}}},
         {true, 3, {{.78f, .28f}, {.75f, .6f}, {.58f, .95f}}}}},
};
// clang-format on

/// Draws one digit into 28 x 28 bytes.
class DigitPainter {
public:
    explicit DigitPainter(std::uint64_t seed) : generator_(seed) {}

    std::uint32_t random_digit() { return generator_.random() % 10; }

    [[gnu::cold]] void paint(std::uint32_t digit, std::uint8_t* pixels);

private:
    /// Whether stroke s begins where the one before ends.
    static bool touches(const DigitShape& shape, int s);

    float between(float low, float high);

    void draw(const Point* p, int points, bool curved);

    /// A straight piece with round ends: a pixel's ink falls from 1 to 0 within one pixel of the edge.
    void draw(Point from, Point to);
    static int clip(float position);

    Generator generator_;
    float ink_[28 * 28];
    float thickness_ = 1;  // half of the stroke's width, in pixels
};

[[gnu::cold]] Mnist draw_digits(Size count, std::uint64_t seed);

}  // namespace detail

/// Drawn digits in MNIST's form. The same seed gives the same digits; the default generator is not touched.
[[gnu::cold]] TrainAndTest<Mnist> drawn_digits(Size train_size = 10000, Size test_size = 2000,
                                               std::uint64_t seed = 0);

/// MNIST if `directory` holds any of its files, else drawn digits, which one line on stderr says. Throws what
/// `mnist` throws when the files are incomplete or damaged.
[[gnu::cold]] TrainAndTest<Mnist> mnist_or_drawn(const std::string& directory = default_directory("mnist"));

}  // namespace strata::datasets

#if STRATA_HAS_BODIES
namespace strata::datasets::detail {

STRATA_FUNCTION void DigitPainter::paint(std::uint32_t digit, std::uint8_t* pixels) {
    for (float& ink : ink_) ink = 0;
    const float angle = between(-.2f, .2f), slant = between(-.2f, .5f);
    const float width = between(10, 18), height = between(15, 21);
    const float cosine = std::cos(angle), sine = std::sin(angle);
    const Point middle = {14 + between(-2.2f, 2.2f), 14 + between(-2.2f, 2.2f)};
    thickness_ = between(.8f, 1.7f);
    const auto place = [&](Point p) {
        const float y = (p.y - .5f) * height + between(-.8f, .8f);
        const float x = (p.x - .5f) * width + between(-.8f, .8f) - slant * y;
        return Point{middle.x + cosine * x - sine * y, middle.y + sine * x + cosine * y};
    };
    const DigitShape& shape = digit_shapes[digit];
    // Three sevens out of four have no bar.
    const int strokes = digit == 7 && between(0, 1) < .75f ? 1 : shape.strokes;
    Point joint{};
    for (int s = 0; s < strokes; ++s) {
        const Stroke& stroke = shape.stroke[s];
        Point placed[13];
        for (int i = 0; i < stroke.points; ++i) placed[i] = place(stroke.point[i]);
        if (s > 0 && touches(shape, s)) placed[0] = joint;
        draw(placed, stroke.points, stroke.curved);
        joint = placed[stroke.points - 1];
    }
    const float brightness = between(200, 255);
    for (int i = 0; i < 28 * 28; ++i) {
        const float noise = ink_[i] > 0 ? between(-20, 10) : 0;
        const float value = brightness * ink_[i] + noise;
        pixels[i] = static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

STRATA_FUNCTION bool DigitPainter::touches(const DigitShape& shape, int s) {
    const Stroke& before = shape.stroke[s - 1];
    const Point end = before.point[before.points - 1], begin = shape.stroke[s].point[0];
    return end.x == begin.x && end.y == begin.y;
}

STRATA_FUNCTION float DigitPainter::between(float low, float high) {
    return low + (high - low) * static_cast<float>(generator_.random() >> 8) * 0x1p-24f;
}

STRATA_FUNCTION void DigitPainter::draw(const Point* p, int points, bool curved) {
    for (int i = 0; i + 1 < points; ++i) {
        if (!curved) {
            draw(p[i], p[i + 1]);
            continue;
        }
        // Catmull-Rom: a cubic through p[i] and p[i + 1] with the slopes of their neighbours.
        const Point before = p[i > 0 ? i - 1 : 0], after = p[i + 2 < points ? i + 2 : points - 1];
        constexpr int steps = 5;
        Point last = p[i];
        for (int k = 1; k <= steps; ++k) {
            const float t = static_cast<float>(k) / steps, u = 1 - t;
            const float a = -.5f * t * u * u, b = u * u * (1 + 2 * t) + .5f * t * t * u;
            const float c = t * t * (3 - 2 * t) + .5f * t * u * u, d = -.5f * t * t * u;
            const Point next = {a * before.x + b * p[i].x + c * p[i + 1].x + d * after.x,
                                a * before.y + b * p[i].y + c * p[i + 1].y + d * after.y};
            draw(last, next);
            last = next;
        }
    }
}

STRATA_FUNCTION void DigitPainter::draw(Point from, Point to) {
    const float dx = to.x - from.x, dy = to.y - from.y, square = dx * dx + dy * dy;
    const float reach = thickness_ + 1;
    for (int row = clip(std::fmin(from.y, to.y) - reach); row <= clip(std::fmax(from.y, to.y) + reach);
         ++row) {
        for (int column = clip(std::fmin(from.x, to.x) - reach);
             column <= clip(std::fmax(from.x, to.x) + reach); ++column) {
            const float x = static_cast<float>(column) + .5f - from.x,
                        y = static_cast<float>(row) + .5f - from.y;
            const float along = square > 0 ? (x * dx + y * dy) / square : 0;
            const float t = along < 0 ? 0 : along > 1 ? 1 : along;
            const float distance = std::sqrt((x - t * dx) * (x - t * dx) + (y - t * dy) * (y - t * dy));
            const float ink = thickness_ + .5f - distance;
            float& pixel = ink_[row * 28 + column];
            if (ink > pixel) pixel = ink < 1 ? ink : 1;
        }
    }
}

STRATA_FUNCTION int DigitPainter::clip(float position) {
    return position < 0 ? 0 : position > 27 ? 27 : static_cast<int>(position);
}

STRATA_FUNCTION Mnist draw_digits(Size count, std::uint64_t seed) {
    DigitPainter painter(seed);
    std::vector<std::uint8_t> pixels(count * Mnist::image_size), labels(count);
    for (Size i = 0; i < count; ++i) {
        const std::uint32_t digit = painter.random_digit();
        labels[i] = static_cast<std::uint8_t>(digit);
        painter.paint(digit, pixels.data() + i * Mnist::image_size);
    }
    return Mnist(std::move(pixels), std::move(labels), digit_names);
}

}  // namespace strata::datasets::detail
namespace strata::datasets {

STRATA_FUNCTION TrainAndTest<Mnist> drawn_digits(Size train_size, Size test_size, std::uint64_t seed) {
    return {detail::draw_digits(train_size, seed), detail::draw_digits(test_size, ~seed)};
}

STRATA_FUNCTION TrainAndTest<Mnist> mnist_or_drawn(const std::string& directory) {
    if (detail::MnistFiles(directory).found > 0) return mnist(directory);
    auto digits = drawn_digits();
    std::fprintf(
        stderr,
        "strata: no MNIST in %s; drew %zu + %zu digits instead, so accuracies are not those of MNIST\n",
        directory.c_str(), digits.train.size(), digits.test.size());
    return digits;
}

}  // namespace strata::datasets
#endif
