// error: control
// expect: two is not three: <2, 3>
template <unsigned long A, unsigned long B>
struct Same {
    static_assert(A == B, "two is not three: <2, 3>");
};
template struct Same<2, 3>;
