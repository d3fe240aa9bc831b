// error: control
// expect: refused
template <int N>
struct Deep : Deep<N - 1> {
    static_assert(N < 0, "refused");
};
template <>
struct Deep<0> {};
template struct Deep<30>;
