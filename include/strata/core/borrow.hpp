#pragma once
// A loan by name, `borrow(x)`: what is handed in is read where it lies and not copied, and the caller sees to
// it that it lives and stays as it is.

namespace strata {

/// What `borrow` returns.
template <class X>
struct Borrowed {
    const X* lent;
    const X& get() const { return *lent; }
};

template <class X>
Borrowed<X> borrow(const X& x) {
    return {&x};
}
template <class X>
void borrow(const X&& x) = delete;  // it would be gone at the end of the statement

}  // namespace strata
