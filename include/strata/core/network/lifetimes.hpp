#pragma once
// Lifetimes of memory, and their places in one arena: what is needed at different times is shared.

#include <strata/core/growing.hpp>
#include <strata/core/network/graph.hpp>

namespace strata::detail {

/// Single tensors begin at multiples of this many elements.
inline constexpr Size tensor_alignment = 16;

/// A stretch of memory that is alive from one step to another.
struct Lifetime {
    Size size = 0, begin = 0, end = 0;
    bool batched = true;
    Size offset = 0;
    Size needed_until = 0;  ///< what it holds at present
};

class Lifetimes {
public:
    Size batched_elements = 0;  ///< that `settle` has found to be enough, per sample
    Size single_elements = 0;   ///< the same for single tensors, which lie in front of the batches

    constexpr Size add(Size size, bool batched, Size step) {
        Lifetime& life = lives_.add();
        life.size = batched ? size : (size + tensor_alignment - 1) / tensor_alignment * tensor_alignment;
        life.begin = life.end = step;
        life.batched = batched;
        return lives_.size() - 1;
    }
    constexpr void until(Size life, Size step) {
        if (life != no_index && lives_[life].end < step) lives_[life].end = step;
    }
    constexpr Lifetime& operator[](Size life) { return lives_[life]; }
    constexpr const Lifetime& operator[](Size life) const { return lives_[life]; }

    /// Places, the largest first, each at the lowest offset where nothing alive at the same time lies.
    constexpr void settle() {
        const Size count = lives_.size();
        Growing<Size> order;  // by size
        for (Size i = 0; i < count; ++i) {
            Size at = order.size();
            order.add();
            for (; at > 0 && lives_[order[at - 1]].size < lives_[i].size; --at) order[at] = order[at - 1];
            order[at] = i;
        }
        Growing<Size> placed;  // by offset
        for (Size o = 0; o < count; ++o) {
            Lifetime& life = lives_[order[o]];
            for (Size p = 0; p < placed.size(); ++p) {
                const Lifetime& other = lives_[placed[p]];
                const bool at_once =
                    life.batched == other.batched && life.begin <= other.end && other.begin <= life.end;
                if (!at_once) continue;
                if (other.offset >= life.offset + life.size) break;
                if (other.offset + other.size > life.offset) life.offset = other.offset + other.size;
            }
            Size at = placed.size();
            placed.add();
            for (; at > 0 && lives_[placed[at - 1]].offset > life.offset; --at) placed[at] = placed[at - 1];
            placed[at] = order[o];
            Size& elements = life.batched ? batched_elements : single_elements;
            if (life.offset + life.size > elements) elements = life.offset + life.size;
        }
    }

private:
    Growing<Lifetime> lives_;
};

}  // namespace strata::detail
