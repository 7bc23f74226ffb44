/* The scenario again, as C++: methods are called on classes instead of through tables of pointers. */
#include "scenario.c"
