// What every kernel file shares: exports, fixed-width types, memory blocks without a C library.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
// Upper bound of a cache line pair; every block that kernels vectorise over starts on it.
#define ALIGNMENT 64

// Every parameter and result of an exported function is a `word` or a pointer, so that all of them have one size on a target.
typedef intptr_t word;
