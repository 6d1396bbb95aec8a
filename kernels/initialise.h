#pragma once
#include "alloc.h"
#include "fft.h"

// Builds the tables; once a memory, before anything else.
EXPORT void velum_initialise(void) { fft_initialise(); }
