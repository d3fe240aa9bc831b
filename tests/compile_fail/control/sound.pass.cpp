template <unsigned long A, unsigned long B>
struct Same {
    static_assert(A == B, "two is not three: <2, 3>");
};
template struct Same<3, 3>;
