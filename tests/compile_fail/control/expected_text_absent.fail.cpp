// error: control
// expect: a sentence that nobody wrote
static_assert(false, "another sentence");
