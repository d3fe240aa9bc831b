// error: control
// expect: refused
static_assert(false, "refused");
