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
    [[gnu::noinline]] void release() const {
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

/// What pools of all types have in common, so that it is compiled once.
class AnyPool {
public:
    AnyPool() = default;
    AnyPool(const AnyPool&) {}
    AnyPool(AnyPool&&) noexcept = default;
    AnyPool& operator=(const AnyPool&) {
        objects_.clear();
        return *this;
    }
    AnyPool& operator=(AnyPool&&) noexcept = default;

protected:
    Counted* find_free() const {
        for (const Shared<Counted>& object : objects_)
            if (object->has_one_holder()) return object.get();
        return nullptr;
    }
    [[gnu::cold, gnu::noinline]] void add(Shared<Counted> fresh, Size most) {
        if (objects_.size() < most)
            objects_.push_back(std::move(fresh));
        else
            objects_[next_++ % most] = std::move(fresh);
    }

private:
    std::vector<Shared<Counted>> objects_;
    Size next_ = 0;
};

/// Objects that come back when nobody else holds them any more. It belongs to one thread; the objects may be
/// given up in any. Copies begin empty.
template <class T>
class Pool : AnyPool {
public:
    /// An object that nobody else holds: one that came back, or a new T. Who keeps more than `most` of them has
    /// the rest to himself.
    Shared<T> take(Size most = 8) {
        if (Counted* const free = find_free()) return Shared<T>(static_cast<T*>(free));
        Shared<T> fresh(new T);
        add(fresh, most);
        return fresh;
    }
};

}  // namespace strata::detail
