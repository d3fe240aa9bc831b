// error: control
// expect: a word in the source
int undeclared = no_such_name + sizeof("a word in the source");
