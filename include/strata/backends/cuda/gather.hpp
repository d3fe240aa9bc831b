#pragma once
// Collecting the samples of a batch from a dataset that lies on the device. Where in the permutation the
// batch begins is read from device memory, so that one recorded step serves all batches.

#include <cstdint>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <type_traits>

namespace strata::cuda {

namespace detail {

/// The number itself, and b / 255 for a byte that becomes a float: rounded once, as on the CPU.
template <class To, class From>
STRATA_DEVICE inline To converted(From value) {
    if constexpr (std::is_same_v<From, unsigned char> && std::is_floating_point_v<To>)
        return static_cast<To>(value) / To(255);
    else
        return static_cast<To>(value);
}

template <class From, class To>
struct GatherRow {
    const From* rows;
    Size row_size;
    const std::int64_t* indices;
    const Size* first;
    To* out;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size i) const {
        const From* const row = rows + static_cast<Size>(indices[*first + i]) * row_size;
        To* const to = out + i * row_size;
        group.for_each(row_size, [&](Size j) { to[j] = converted<To>(row[j]); });
    }
};

/// Inputs and targets of a sample together.
template <class X, class FromX, class Y, class FromY>
struct GatherSample {
    GatherRow<FromX, X> inputs;
    GatherRow<FromY, Y> targets;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size i) const {
        inputs(group, i);
        targets(group, i);
    }
};

}  // namespace detail

class GatherOperations : public virtual Queue {
public:
    /// out[i, j] = rows[indices[first + i], j] for i < count, j < row_size; bytes that become floats are
    /// divided by 255. All in device memory.
    template <class From, class To>
    void gather(const From* rows, Size row_size, const std::int64_t* indices, const Size* first, Size count,
                To* out) const {
        for_each_row(row_size, count, detail::GatherRow<From, To>{rows, row_size, indices, first, out});
    }
    /// The same for the inputs and the targets of a batch, in one kernel.
    template <class FromX, class X, class FromY, class Y>
    void gather_samples(const FromX* inputs, Size input_size, const FromY* targets, Size target_size,
                        const std::int64_t* indices, const Size* first, Size count, X* x, Y* y) const {
        const detail::GatherRow<FromX, X> input_rows{inputs, input_size, indices, first, x};
        const detail::GatherRow<FromY, Y> target_rows{targets, target_size, indices, first, y};
        for_each_row(input_size, count, detail::GatherSample<X, FromX, Y, FromY>{input_rows, target_rows});
    }

private:
    template <class Work>
    void for_each_row(Size row_size, Size count, const Work& work) const {
        constexpr Size long_row = 128;  // enough for the threads of a block
        if (row_size < long_row)
            for_each_warp(count, work);
        else
            for_each_block(count, work);
    }
};

}  // namespace strata::cuda
