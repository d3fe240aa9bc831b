#pragma once
// The template arguments of a layer: sizes in front, then options in any order, each once.
//
//   template <auto... Arguments>
//   struct Linear {
//       static constexpr LayerArguments<Bias> arguments{{.least = 1, .most = 2}, Arguments...};
//       static constexpr Reason wrong_arguments = arguments.wrong;
//       static constexpr Reason usage = &write_Linear_In_Out_or_Linear_Out_then_no_bias;
//       static constexpr bool has_bias = !arguments.has<Bias>();
//       static constexpr Size in = arguments.size(-2, 0), out = arguments.size(-1, 1);
//
// An option is told apart by its type, of which there may be several values (PaddingMode::reflect). One that states
// `counts_as_a_size`, such as kernel<3, 5>, stands in the place of the last size. The arguments are read as values, so
// that a layer costs the compiler one small class.

#include <strata/core/network/layer.hpp>
#include <type_traits>

namespace strata {

inline void it_has_too_few_sizes() {}
inline void it_has_too_many_sizes() {}
inline void its_sizes_are_whole_numbers() {}
inline void its_sizes_must_be_at_least_1() {}
inline void write_its_sizes_in_front_of_its_options() {}
inline void write_each_of_its_options_once() {}
inline void it_has_no_such_option() {}
inline void its_options_are_names_and_not_false_or_true() {}

/// How many sizes a layer is written with.
struct SizeCount {
    Size least = 1, most = 1;
};

namespace detail {

template <class Option>
struct WrittenOption {
    Option option{};
    bool is_written = false;
};

template <class Option>
inline constexpr bool counts_as_a_size = requires {
    Option::counts_as_a_size;
};

/// What does not depend on the options of a layer.
class WrittenSizes {
public:
    Reason wrong = nullptr;
    bool is_wrong = false;  ///< whether `wrong` is null is no constant where a sanitizer doubts it
    Size size_count = 0;

    /// The size at a position, counted from the end if it is negative, or `otherwise` if there is none.
    constexpr Size size(int position, Size otherwise) const {
        const int count = static_cast<int>(size_count), at = position < 0 ? position + count : position;
        return at >= 0 && at < count ? sizes_[at] : otherwise;
    }
    /// For the layer's own rules. What is found first is what is said.
    constexpr void refuse(Reason why) {
        if (is_wrong) return;
        wrong = why;
        is_wrong = true;
        size_count = 0;
    }

protected:
    constexpr void take_size(long long size) {
        if (is_wrong) return;
        if (behind_sizes_) return refuse(&write_its_sizes_in_front_of_its_options);
        if (size < 1) return refuse(&its_sizes_must_be_at_least_1);
        if (size_count < max_rank) sizes_[size_count] = static_cast<Size>(size);
        ++size_count;
    }
    constexpr void take_option(bool& is_written) {
        if (is_written) refuse(&write_each_of_its_options_once);
        is_written = behind_sizes_ = true;
    }
    constexpr void check(SizeCount count) {
        if (size_count < count.least) refuse(&it_has_too_few_sizes);
        if (size_count > count.most) refuse(&it_has_too_many_sizes);
    }

private:
    Size sizes_[max_rank] = {};
    bool behind_sizes_ = false;
};

}  // namespace detail

/// What a layer is written with. Where that is wrong, `wrong` says why, and all else is as if nothing were written.
template <class... Options>
class LayerArguments : public detail::WrittenSizes, detail::WrittenOption<Options>... {
    template <class Option>
    static constexpr bool takes = (std::is_same_v<Option, Options> || ...);

public:
    template <class... Written>
    constexpr LayerArguments(SizeCount count, Written... written) {
        (take(written), ...);
        check(count);
    }

    /// Whether an option is written; never one that the layer does not have.
    template <class Option>
    constexpr bool has() const {
        if constexpr (takes<Option>)
            return !is_wrong && detail::WrittenOption<Option>::is_written;
        else
            return false;
    }
    /// The option that is written, or `otherwise`.
    template <class Option>
    constexpr Option option(Option otherwise) const {
        if constexpr (takes<Option>)
            if (!is_wrong && detail::WrittenOption<Option>::is_written)
                return detail::WrittenOption<Option>::option;
        return otherwise;
    }

private:
    template <class Written>
    constexpr void take(Written written) {
        if constexpr (std::is_same_v<Written, bool>) {
            refuse(&its_options_are_names_and_not_false_or_true);
        } else if constexpr (std::is_integral_v<Written>) {
            take_size(static_cast<long long>(written));
        } else if constexpr (std::is_floating_point_v<Written>) {
            refuse(&its_sizes_are_whole_numbers);
        } else if constexpr (takes<Written>) {
            detail::WrittenOption<Written>& slot = *this;
            if constexpr (detail::counts_as_a_size<Written>)
                if (!slot.is_written) take_size(1);
            take_option(slot.is_written);
            slot.option = written;
        } else {
            refuse(&it_has_no_such_option);
        }
    }
};

}  // namespace strata
