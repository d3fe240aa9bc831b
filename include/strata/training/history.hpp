#pragma once
// The record of a training, one row per epoch; written as CSV or JSON.

#include <strata/core/config.hpp>
#include <strata/core/math.hpp>
#include <strata/core/message.hpp>
#include <strata/io/atomic_file.hpp>
#include <string>
#include <vector>

namespace strata {

/// One epoch. Numbers that were not measured (no validation, targets that are not classes) are NaN.
struct Epoch {
    int epoch = 0;  ///< 1 for the first
    double loss = __builtin_nan("");
    double accuracy = __builtin_nan("");
    double validation_loss = __builtin_nan("");
    double validation_accuracy = __builtin_nan("");
    double seconds = 0;
};

class History {
public:
    void add(const Epoch& epoch);
    void reserve(std::size_t epochs);

    std::size_t size() const { return epochs_.size(); }
    bool empty() const { return epochs_.empty(); }
    /// One of the epochs, counted from 0. Throws ValueError when there are not so many.
    const Epoch& operator[](std::size_t i) const& {
        if (i >= epochs_.size()) refuse(i);
        return epochs_[i];
    }
    Epoch operator[](std::size_t i) && { return std::as_const(*this)[i]; }
    /// The last one. Throws ValueError when there is none.
    const Epoch& back() const& { return (*this)[epochs_.size() - 1]; }
    Epoch back() && { return std::as_const(*this).back(); }
    auto begin() const { return epochs_.begin(); }
    auto end() const { return epochs_.end(); }

    /// A header line, then one line per epoch; numbers that were not measured are empty. Throws FileError;
    /// the file is written whole or not at all.
    [[gnu::cold]] void write_csv(const std::string& path) const;

    /// An array with one object per epoch; numbers that were not measured are null. Throws FileError as
    /// above.
    [[gnu::cold]] void write_json(const std::string& path) const;

private:
    using Number = double Epoch::*;  // named, because nvcc writes the declarator with parentheses
    struct Column {
        const char* name;
        Number value;
    };
    static constexpr Column columns[] = {{"loss", &Epoch::loss},
                                         {"accuracy", &Epoch::accuracy},
                                         {"validation_loss", &Epoch::validation_loss},
                                         {"validation_accuracy", &Epoch::validation_accuracy},
                                         {"seconds", &Epoch::seconds}};

    [[noreturn, gnu::cold]] void refuse(std::size_t i) const;
    [[gnu::cold]] static std::string number(double value, const char* missing);
    [[gnu::cold]] static void write(const std::string& path, const std::string& text);

    std::vector<Epoch> epochs_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
#include <charconv>

namespace strata {

STRATA_FUNCTION void History::add(const Epoch& epoch) { epochs_.push_back(epoch); }

STRATA_FUNCTION void History::reserve(std::size_t epochs) { epochs_.reserve(epochs); }

STRATA_FUNCTION void History::write_csv(const std::string& path) const {
    std::string text = "epoch";
    for (const Column& column : columns) text += message(",", column.name);
    text += '\n';
    for (const Epoch& epoch : epochs_) {
        text += message(epoch.epoch);
        for (const Column& column : columns) text += message(',', number(epoch.*column.value, ""));
        text += '\n';
    }
    write(path, text);
}

STRATA_FUNCTION void History::write_json(const std::string& path) const {
    std::string text = "[";
    for (const Epoch& epoch : epochs_) {
        text += (text.size() > 1 ? ",\n  {\"epoch\": " : "\n  {\"epoch\": ") + std::to_string(epoch.epoch);
        for (const Column& column : columns)
            text += message(", \"", column.name, "\": ", number(epoch.*column.value, "null"));
        text += '}';
    }
    write(path, text + (epochs_.empty() ? "]\n" : "\n]\n"));
}

STRATA_FUNCTION void History::refuse(std::size_t i) const {
    if (epochs_.empty()) throw ValueError("strata: History: no epoch was recorded");
    throw ValueError(message("strata: History: epoch ", i, " (counted from 0) of ", epochs_.size()));
}

STRATA_FUNCTION std::string History::number(double value, const char* missing) {
    if (!detail::is_finite(value)) return missing;  // NaN and infinities have no place in JSON
    char text[32];  // not of printf, which writes the decimal point of the user's language
    return std::string(text,
                       std::to_chars(text, text + sizeof text, value, std::chars_format::general, 9).ptr);
}

STRATA_FUNCTION void History::write(const std::string& path, const std::string& text) {
    AtomicFile file(path);
    file.write(text.data(), text.size());
    file.commit();
}

}  // namespace strata
#endif
