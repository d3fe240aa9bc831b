#pragma once
// Threads that work ahead: items 0, 1, 2, ... are made by several threads, each in one slot of a ring, and
// taken in order by one consumer. The order, and so every result, is that of a single thread.
//
// Built on POSIX threads: <thread>, <mutex> and <condition_variable> would cost every user 0.2 s of compile
// time.

#include <exception>
#include <strata/core/config.hpp>
#include <strata/core/error.hpp>
#include <vector>

#include <pthread.h>

namespace strata::detail {

class Prefetch {
public:
    /// Makes `item` in `slot`. What it throws is thrown by `take(item)`.
    using Work = void (*)(void* context, Size item, Size slot);

    Prefetch() = default;
    Prefetch(const Prefetch&) = delete;
    Prefetch& operator=(const Prefetch&) = delete;
    ~Prefetch();

    /// Starts `workers` threads on `items` items in a ring of `slots`. Throws Error if the system has no
    /// threads left.
    [[gnu::cold]] void start(Size workers, Size items, Size slots, Work work, void* context);

    /// Waits until `item` is made and returns its slot, which is the caller's until the next call. Items are
    /// taken in order from 0.
    Size take(Size item);

    /// Ends the threads, whatever they are at. `start` may follow.
    void stop();

private:
    struct Slot {
        Size made = 0;  // the item that lies here, plus one
        std::exception_ptr error = nullptr;
    };
    class Lock {
    public:
        explicit Lock(pthread_mutex_t& mutex) : mutex_(&mutex) { pthread_mutex_lock(mutex_); }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        ~Lock() { pthread_mutex_unlock(mutex_); }

    private:
        pthread_mutex_t* mutex_;
    };

    static void* run(void* self);

    void make_items();

    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t room_ = PTHREAD_COND_INITIALIZER;  // a slot is free, or it is time to stop
    pthread_cond_t made_ = PTHREAD_COND_INITIALIZER;  // an item is made
    std::vector<pthread_t> threads_;
    std::vector<Slot> slots_;
    Work work_ = nullptr;
    void* context_ = nullptr;
    Size items_ = 0;
    Size next_ = 0;      // the first item that no thread has begun
    Size released_ = 0;  // the item that the consumer holds; those before it are gone
    bool stopping_ = false;
};

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION Prefetch::~Prefetch() {
    stop();
    pthread_cond_destroy(&room_);
    pthread_cond_destroy(&made_);
    pthread_mutex_destroy(&mutex_);
}

STRATA_FUNCTION void Prefetch::start(Size workers, Size items, Size slots, Work work, void* context) {
    stop();
    slots_.assign(slots, Slot{});
    threads_.reserve(workers);
    work_ = work;
    context_ = context;
    items_ = items;
    next_ = released_ = 0;
    stopping_ = false;
    for (Size i = 0; i < workers; ++i) {
        pthread_t thread;
        if (pthread_create(&thread, nullptr, &Prefetch::run, this) != 0) {
            stop();
            throw Error("strata: the system refuses to start another thread for the data loader; lower "
                        "num_workers");
        }
        threads_.push_back(thread);
    }
}

STRATA_FUNCTION Size Prefetch::take(Size item) {
    const Lock lock(mutex_);
    released_ = item;
    pthread_cond_broadcast(&room_);
    const Size at = item % slots_.size();
    while (slots_[at].made != item + 1) pthread_cond_wait(&made_, &mutex_);
    if (slots_[at].error) std::rethrow_exception(slots_[at].error);
    return at;
}

STRATA_FUNCTION void Prefetch::stop() {
    {
        const Lock lock(mutex_);
        stopping_ = true;
        pthread_cond_broadcast(&room_);
    }
    for (const pthread_t& thread : threads_) pthread_join(thread, nullptr);
    threads_.clear();
    slots_.clear();
}

STRATA_FUNCTION void* Prefetch::run(void* self) {
    static_cast<Prefetch*>(self)->make_items();
    return nullptr;
}

STRATA_FUNCTION void Prefetch::make_items() {
    for (;;) {
        Size item;
        {
            const Lock lock(mutex_);
            while (!stopping_ && next_ < items_ && next_ >= released_ + slots_.size())
                pthread_cond_wait(&room_, &mutex_);
            if (stopping_ || next_ >= items_) return;
            item = next_++;
        }
        const Size at = item % slots_.size();
        std::exception_ptr error;
        try {
            work_(context_, item, at);
        } catch (...) {
            error = std::current_exception();
        }
        const Lock lock(mutex_);
        slots_[at] = Slot{item + 1, error};
        pthread_cond_signal(&made_);
    }
}

}  // namespace strata::detail
#endif
