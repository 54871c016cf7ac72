/* Comes before the C library (LD_PRELOAD) and lets one chosen call on the files below one folder fail.

     IO_FAULTS_FOLDER  calls that concern other files are not touched and not counted
     IO_FAULTS_AT      which call fails, from 1; none without it
     IO_FAULTS_ERROR   the error number it fails with; "short": it writes half, and the next call has no space
     IO_FAULTS_STAYS   "1": so do all calls after it, as on a disk that is full
     IO_FAULTS_REPORT  a file into which the number of counted calls is written at the end

   io_faults_calls() says how many calls were counted. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;

int io_faults_calls(void) { return atomic_load(&calls); }

__attribute__((destructor)) static void report_calls(void) {
  const char* path = getenv("IO_FAULTS_REPORT");
  FILE* report = path != NULL ? fopen(path, "w") : NULL;
  if (report == NULL) return;
  fprintf(report, "%d\n", atomic_load(&calls));
  fclose(report);
}

static int below(const char* path) {
  const char* folder = getenv("IO_FAULTS_FOLDER");
  return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int open_below(int file) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return below(path);
}

enum Fault { NONE, FAIL, SHORT };

/* Counts a call and says what is to become of it; sets errno if it fails. */
static enum Fault next_fault(void) {
  const int number = atomic_fetch_add(&calls, 1) + 1;
  const char* at = getenv("IO_FAULTS_AT");
  const char* error = getenv("IO_FAULTS_ERROR");
  const char* stays = getenv("IO_FAULTS_STAYS");
  if (at == NULL || error == NULL) return NONE;
  const int first = atoi(at);
  const int half = strcmp(error, "short") == 0;
  if (number == first && half) return SHORT;
  const int last = stays != NULL && stays[0] == '1' ? 1 << 30 : half ? first + 1 : first;
  if (first == 0 || number < first || number > last) return NONE;
  errno = half ? ENOSPC : atoi(error);
  return FAIL;
}

/* The function that this one stands in front of. */
#define REAL(name, type)        \
  static __typeof__(type) real; \
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, name)

/* A short write has no other form where nothing is written. */
static int fails(enum Fault fault) {
  if (fault == SHORT) errno = EIO;
  return fault != NONE;
}

#define OPEN(name)                                     \
  int name(const char* path, int flags, ...) {         \
    REAL(#name, int (*)(const char*, int, ...));       \
    mode_t mode = 0;                                   \
    if (flags & (O_CREAT | __O_TMPFILE)) {             \
      va_list rest;                                    \
      va_start(rest, flags);                           \
      mode = va_arg(rest, mode_t);                     \
      va_end(rest);                                    \
    }                                                  \
    if (below(path) && fails(next_fault())) return -1; \
    return real(path, flags, mode);                    \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                       \
  int name(int folder, const char* path, int flags, ...) { \
    REAL(#name, int (*)(int, const char*, int, ...));      \
    mode_t mode = 0;                                       \
    if (flags & (O_CREAT | __O_TMPFILE)) {                 \
      va_list rest;                                        \
      va_start(rest, flags);                               \
      mode = va_arg(rest, mode_t);                         \
      va_end(rest);                                        \
    }                                                      \
    if (below(path) && fails(next_fault())) return -1;     \
    return real(folder, path, flags, mode);                \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int file, const void* bytes, size_t size) {
  REAL("write", ssize_t(*)(int, const void*, size_t));
  if (open_below(file)) {
    const enum Fault fault = next_fault();
    if (fault == FAIL) return -1;
    if (fault == SHORT && size > 1) size /= 2;
  }
  return real(file, bytes, size);
}

#define PWRITE(name, offset_type)                                              \
  ssize_t name(int file, const void* bytes, size_t size, offset_type offset) { \
    REAL(#name, ssize_t (*)(int, const void*, size_t, offset_type));           \
    if (open_below(file)) {                                                    \
      const enum Fault fault = next_fault();                                   \
      if (fault == FAIL) return -1;                                            \
      if (fault == SHORT && size > 1) size /= 2;                               \
    }                                                                          \
    return real(file, bytes, size, offset);                                    \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PREAD(name, offset_type)                                         \
  ssize_t name(int file, void* bytes, size_t size, offset_type offset) { \
    REAL(#name, ssize_t (*)(int, void*, size_t, offset_type));           \
    if (open_below(file) && fails(next_fault())) return -1;              \
    return real(file, bytes, size, offset);                              \
  }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

ssize_t read(int file, void* bytes, size_t size) {
  REAL("read", ssize_t(*)(int, void*, size_t));
  if (open_below(file) && fails(next_fault())) return -1;
  return real(file, bytes, size);
}

DIR* opendir(const char* path) {
  REAL("opendir", DIR * (*)(const char*));
  if (below(path) && fails(next_fault())) return NULL;
  return real(path);
}

#define ON_FILE(name)                                       \
  int name(int file) {                                      \
    REAL(#name, int (*)(int));                              \
    if (open_below(file) && fails(next_fault())) return -1; \
    return real(file);                                      \
  }
ON_FILE(fsync)
ON_FILE(fdatasync)

#define TRUNCATE(name, size_type)                           \
  int name(int file, size_type size) {                      \
    REAL(#name, int (*)(int, size_type));                   \
    if (open_below(file) && fails(next_fault())) return -1; \
    return real(file, size);                                \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int rename(const char* from, const char* to) {
  REAL("rename", int (*)(const char*, const char*));
  if (below(from) && fails(next_fault())) return -1;
  return real(from, to);
}

int unlink(const char* path) {
  REAL("unlink", int (*)(const char*));
  if (below(path) && fails(next_fault())) return -1;
  return real(path);
}

int mkdir(const char* path, mode_t mode) {
  REAL("mkdir", int (*)(const char*, mode_t));
  if (below(path) && fails(next_fault())) return -1;
  return real(path, mode);
}
