#pragma once
// Objects that several holders own together, and a pool of them for loops that allocate nothing.

#include <strata/core/config.hpp>
#include <utility>
#include <vector>

namespace strata::detail {

/// The base of what is held together. It dies with its last holder, in whichever thread that is.
class Counted {
public:
    Counted() = default;
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    virtual ~Counted() = default;

    void hold() const { __atomic_fetch_add(&holders_, 1, __ATOMIC_RELAXED); }
    void release() const {
        if (__atomic_sub_fetch(&holders_, 1, __ATOMIC_ACQ_REL) == 0) delete this;
    }
    /// Whether nobody else holds it; what other threads did with it is then done.
    bool has_one_holder() const { return __atomic_load_n(&holders_, __ATOMIC_ACQUIRE) == 1; }

private:
    mutable Size holders_ = 0;
};

/// One holder of a T, a class with the base Counted. Copies hold the same object.
template <class T>
class Shared {
public:
    Shared() = default;
    explicit Shared(T* object) : object_(object) {
        if (object_ != nullptr) object_->hold();
    }
    Shared(const Shared& other) : Shared(other.object_) {}
    Shared(Shared&& other) noexcept : object_(other.object_) { other.object_ = nullptr; }
    template <class Derived>
    requires requires(Derived* derived, T*& object) { object = derived; }
    Shared(const Shared<Derived>& other) : Shared(other.get()) {}
    // Two of them, because clang 14 forgets to destroy the parameter of one that takes a value, in a template
    // that writes `shared = {}`; without std::swap, which costs each T the compiler's time.
    Shared& operator=(const Shared& other) noexcept { return *this = Shared(other); }
    Shared& operator=(Shared&& other) noexcept {
        T* const theirs = other.object_;
        other.object_ = nullptr;
        T* const mine = object_;
        object_ = theirs;
        if (mine != nullptr) mine->release();
        return *this;
    }
    ~Shared() {
        if (object_ != nullptr) object_->release();
    }

    T* get() const { return object_; }
    T& operator*() const { return *object_; }
    T* operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }

private:
    T* object_ = nullptr;
};

/// A holder of anything, which keeps memory where it is for as long as it is shown.
using Owner = Shared<const Counted>;

/// Objects that come back when nobody else holds them any more. It belongs to one thread; the objects may be
/// given up in any. Copies begin empty.
template <class T>
class Pool {
public:
    Pool() = default;
    Pool(const Pool&) {}
    Pool(Pool&& other) noexcept = default;
    Pool& operator=(Pool other) noexcept {
        std::swap(objects_, other.objects_);
        return *this;
    }

    /// An object that nobody else holds: one that came back, or a new T. Who keeps more than `most` of them has
    /// the rest to himself.
    Shared<T> take(Size most = 8) {
        for (const Shared<T>& object : objects_)
            if (object->has_one_holder()) return object;
        Shared<T> fresh(new T);
        if (objects_.size() < most)
            objects_.push_back(fresh);
        else
            objects_[next_++ % most] = fresh;
        return fresh;
    }

private:
    std::vector<Shared<T>> objects_;
    Size next_ = 0;
};

}  // namespace strata::detail
