// error: control
// expect: anything
int main() {}
