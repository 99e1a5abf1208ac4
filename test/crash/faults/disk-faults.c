/*
 * A disk that fails on demand, beneath LevelDB and Node: preloaded, it lets calls on chosen files fail as the file REKINDLE_DISK_FAULTS says.
 *
 * Each line of that file is a rule: OPERATION ERROR PATH-PART [SKIP [TIMES]], such as `write ENOSPC /store/` or `sync EIO .log 3 1`.
 * The first SKIP matching calls go through, the next TIMES fail (0: all). A file with another text begins to count anew.
 * Operations: open, rename, sync, write (nothing of it arrives) and short-write (half of it arrives).
 *
 * LevelDB 1.20 writes through stdio, whose own system calls cannot be preloaded: so the functions of stdio fail, and drop what
 * they hold, as glibc does when the system call fails.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* glibc has a macro of it. */
#undef fwrite_unlocked

enum { rules_max = 16, text_max = 4096 };

struct rule {
  char operation[16];
  char path[256];
  int error;
  long skip;
  long times;
  long seen;
};

static struct rule rules[rules_max];
static int rule_count;
static char loaded[text_max];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...)                                      \
  static result (*real)(__VA_ARGS__);                                \
  if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void parse(char *text) {
  char *rest = NULL;
  rule_count = 0;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL && rule_count < rules_max; line = strtok_r(NULL, "\n", &rest)) {
    struct rule *rule = &rules[rule_count];
    char error[16] = "";
    memset(rule, 0, sizeof *rule);
    if (sscanf(line, "%15s %15s %255s %ld %ld", rule->operation, error, rule->path, &rule->skip, &rule->times) < 3) continue;
    rule->error = strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
    rule_count++;
  }
}

/* By system calls of its own: what it preloads must not be asked about it. */
static void load(void) {
  const char *control = getenv("REKINDLE_DISK_FAULTS");
  char text[text_max] = "";
  long fd = control == NULL ? -1 : syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    long length = syscall(SYS_read, fd, text, sizeof text - 1);
    if (length >= 0) text[length] = '\0';
    syscall(SYS_close, fd);
  }
  if (strcmp(text, loaded) == 0) return;
  strcpy(loaded, text);
  parse(text);
}

/* The error that the call fails with; 0 for none. */
static int fault(const char *operation, const char *path) {
  int error = 0;
  int before = errno;
  pthread_mutex_lock(&mutex);
  load();
  for (int index = 0; index < rule_count && error == 0; index++) {
    struct rule *rule = &rules[index];
    if (strcmp(rule->operation, operation) != 0 || strstr(path, rule->path) == NULL) continue;
    long n = rule->seen++;
    if (n >= rule->skip && (rule->times == 0 || n < rule->skip + rule->times)) error = rule->error;
  }
  pthread_mutex_unlock(&mutex);
  errno = before;
  return error;
}

static int fault_at(const char *operation, int fd) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return 0;
  path[length] = '\0';
  return fault(operation, path);
}

/* What stdio holds for a file is dropped, or half of it written, when its rule says that writing fails. */
static int fault_in(FILE *file) {
  int error = fault_at("write", fileno(file));
  if (error == 0) {
    error = fault_at("short-write", fileno(file));
    if (error == 0) return 0;
    syscall(SYS_write, fileno(file), file->_IO_write_base, __fpending(file) / 2);
  }
  __fpurge(file);
  return error;
}

static int fails(int error) {
  if (error != 0) errno = error;
  return error != 0;
}

static int overflows(FILE *file, size_t bytes) {
  return __fbufsize(file) > 0 && __fpending(file) + bytes > __fbufsize(file);
}

size_t fwrite_unlocked(const void *data, size_t size, size_t count, FILE *file) {
  REAL(size_t, "fwrite_unlocked", const void *, size_t, size_t, FILE *);
  if (overflows(file, size * count) && fails(fault_in(file))) return 0;
  return real(data, size, count, file);
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  REAL(size_t, "fwrite", const void *, size_t, size_t, FILE *);
  if (overflows(file, size * count) && fails(fault_in(file))) return 0;
  return real(data, size, count, file);
}

int fflush_unlocked(FILE *file) {
  REAL(int, "fflush_unlocked", FILE *);
  if (file != NULL && __fpending(file) > 0 && fails(fault_in(file))) return EOF;
  return real(file);
}

int fflush(FILE *file) {
  REAL(int, "fflush", FILE *);
  if (file != NULL && __fpending(file) > 0 && fails(fault_in(file))) return EOF;
  return real(file);
}

int fclose(FILE *file) {
  REAL(int, "fclose", FILE *);
  int error = __fpending(file) > 0 ? fault_in(file) : 0;
  int result = real(file);
  return fails(error) ? EOF : result;
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  return fails(fault_at("sync", fd)) ? -1 : real(fd);
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  return fails(fault_at("sync", fd)) ? -1 : real(fd);
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return fails(fault("rename", to)) ? -1 : real(from, to);
}

FILE *fopen64(const char *path, const char *mode) {
  REAL(FILE *, "fopen64", const char *, const char *);
  return fails(fault("open", path)) ? NULL : real(path, mode);
}

int open64(const char *path, int flags, ...) {
  REAL(int, "open64", const char *, int, ...);
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  return fails(fault("open", path)) ? -1 : real(path, flags, mode);
}

ssize_t write(int fd, const void *data, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return fails(fault_at("write", fd)) ? -1 : real(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  return fails(fault_at("write", fd)) ? -1 : real(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return fails(fault_at("write", fd)) ? -1 : real(fd, parts, count);
}
