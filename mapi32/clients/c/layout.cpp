/* The layouts again, as a C++ compiler sees the same headers. */
#include "layout.c"
