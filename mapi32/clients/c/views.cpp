/* The tables again, as C++. */
#include "views.c"
