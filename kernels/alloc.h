// Memory for long-lived blocks (keys, constants, workspaces). Only one thread allocates; kernels themselves never do.
#pragma once
#include "abi.h"

#if defined(__wasm__)

// A first-fit free list over the linear memory, ordered by address and merged on release.
typedef struct block {
  size_t bytes;        // of the payload
  struct block *next;  // next free block, by address
  char padding[ALIGNMENT - sizeof(size_t) - sizeof(void *)];
} block;

extern char __heap_base;
static block *free_blocks;
static size_t heap_end;

NOINLINE block *extend_heap(size_t bytes) {
  if (heap_end == 0) heap_end = ((size_t)&__heap_base + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  const size_t wanted = heap_end + sizeof(block) + bytes;
  if (wanted < heap_end) return NULL;
  const size_t pages = (wanted + 65535) / 65536, have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (size_t)-1) return NULL;
  block *made = (block *)heap_end;
  heap_end = wanted;
  made->bytes = bytes;
  return made;
}

static void *take_block(size_t bytes) {
  for (block **link = &free_blocks; *link; link = &(*link)->next) {
    block *found = *link;
    if (found->bytes < bytes) continue;
    if (found->bytes >= bytes + sizeof(block) + ALIGNMENT) {
      block *rest = (block *)((char *)(found + 1) + bytes);
      rest->bytes = found->bytes - bytes - sizeof(block);
      rest->next = found->next;
      found->bytes = bytes;
      *link = rest;
    } else {
      *link = found->next;
    }
    return found + 1;
  }
  block *made = extend_heap(bytes);
  return made ? made + 1 : NULL;
}

static void give_block(void *payload) {
  block *given = (block *)payload - 1, **link = &free_blocks;
  while (*link && *link < given) link = &(*link)->next;
  given->next = *link;
  *link = given;
  for (block *at = free_blocks; at && at->next;) {
    if ((char *)(at + 1) + at->bytes == (char *)at->next) {
      at->bytes += sizeof(block) + at->next->bytes;
      at->next = at->next->next;
    } else {
      at = at->next;
    }
  }
}

#else

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

// Large blocks sit on huge pages where the system has them: a key is streamed once per batch, and small pages cost misses.
static void *take_block(size_t bytes) {
  const size_t huge = (size_t)2 << 20, unit = bytes >= huge ? huge : ALIGNMENT;
  void *made = NULL;
  if (posix_memalign(&made, unit, (bytes + unit - 1) & ~(unit - 1)) != 0) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (bytes >= huge) madvise(made, bytes, MADV_HUGEPAGE);
#endif
  return made;
}

static void give_block(void *payload) { free(payload); }

#endif

// 64-byte aligned, zeroed memory of at least `bytes`; NULL when there is no more.
EXPORT void *velum_allocate(size_t bytes) {
  bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (bytes == 0) bytes = ALIGNMENT;
  uint64_t *made = take_block(bytes);
  if (made) for (size_t i = 0; i < bytes / 8; i++) made[i] = 0;
  return made;
}

EXPORT void velum_release(void *payload) {
  if (payload) give_block(payload);
}
