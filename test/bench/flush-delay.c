/*
 * A slower disk: preloaded, it makes every flush take REKINDLE_FLUSH_DELAY_US microseconds longer. A disk in a data centre that
 * is reached over a network, or one without a cache that survives a power cut, takes about 2 ms.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_for_disk(void) {
  static long delay_us = -1;
  if (delay_us < 0) {
    const char *text = getenv("REKINDLE_FLUSH_DELAY_US");
    delay_us = text == NULL ? 0 : atol(text);
  }
  struct timespec delay = {.tv_sec = delay_us / 1000000, .tv_nsec = delay_us % 1000000 * 1000};
  while (nanosleep(&delay, &delay) != 0) {
  }
}

#define REAL(name, ...)                     \
  static int (*real)(__VA_ARGS__);          \
  if (real == NULL) real = (int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

int fsync(int file) {
  REAL("fsync", int);
  wait_for_disk();
  return real(file);
}

int fdatasync(int file) {
  REAL("fdatasync", int);
  wait_for_disk();
  return real(file);
}

int sync_file_range(int file, off64_t offset, off64_t length, unsigned int flags) {
  REAL("sync_file_range", int, off64_t, off64_t, unsigned int);
  wait_for_disk();
  return real(file, offset, length, flags);
}
