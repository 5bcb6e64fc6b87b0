// Loaded before a program (LD_PRELOAD): counts the calls that change or look at what lies in a folder, and lets some of
// them fail with any number. The parent writes the order into a file of six ints, which is shared memory here.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct order {
	int counted; // calls so far
	int from;    // the first call that fails, from 1 on; 0: none
	int times;   // how many fail from there on
	int number;  // the error's number
	int failed;  // how many have failed
	int isOn;    // whether calls are counted at all
};

static struct order *order;
static const char *folder;
static size_t length;

__attribute__((constructor)) static void begin(void) {
	const char *file = getenv("FAILING_ORDER");
	folder = getenv("FAILING_FOLDER");
	if (file == NULL || folder == NULL) return;
	length = strlen(folder);
	int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0) return;
	void *at = mmap(NULL, sizeof(struct order), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (at != MAP_FAILED) order = at;
}

static int fails(void) {
	int number = __atomic_add_fetch(&order->counted, 1, __ATOMIC_SEQ_CST);
	if (order->from == 0 || number < order->from || number >= order->from + order->times) return 0;
	__atomic_add_fetch(&order->failed, 1, __ATOMIC_SEQ_CST);
	errno = order->number;
	return 1;
}

static int meant(const char *path) {
	return order != NULL && order->isOn && path != NULL && strncmp(path, folder, length) == 0 &&
		(path[length] == '/' || path[length] == 0);
}

static int meantOpen(int fd) {
	if (order == NULL || !order->isOn || fd < 3) return 0;
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
	if (size < 0) return 0;
	path[size] = 0;
	return meant(path);
}

#define REAL(name) ({ static __typeof__(name) *real; if (real == NULL) real = dlsym(RTLD_NEXT, #name); real; })
#define PATH(type, name, parameters, arguments, path) \
	type name parameters { return meant(path) && fails() ? (type)-1 : REAL(name) arguments; }
#define OPEN(type, name, parameters, arguments) \
	type name parameters { return meantOpen(fd) && fails() ? (type)-1 : REAL(name) arguments; }

static mode_t modeOf(int flags, va_list rest) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; }
int open(const char *path, int flags, ...) {
	va_list rest; va_start(rest, flags); mode_t mode = modeOf(flags, rest); va_end(rest);
	return meant(path) && fails() ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
	va_list rest; va_start(rest, flags); mode_t mode = modeOf(flags, rest); va_end(rest);
	return meant(path) && fails() ? -1 : REAL(open64)(path, flags, mode);
}
PATH(int, mkdir, (const char *path, mode_t mode), (path, mode), path)
PATH(int, rmdir, (const char *path), (path), path)
PATH(int, unlink, (const char *path), (path), path)
PATH(int, rename, (const char *path, const char *to), (path, to), path)
PATH(int, access, (const char *path, int mode), (path, mode), path)
PATH(int, chmod, (const char *path, mode_t mode), (path, mode), path)
PATH(int, chown, (const char *path, uid_t user, gid_t group), (path, user, group), path)
PATH(int, utimensat, (int at, const char *path, const struct timespec times[2], int flags), (at, path, times, flags), path)
PATH(int, scandir, (const char *path, struct dirent ***names, int (*filter)(const struct dirent *), int (*compare)(const struct dirent **, const struct dirent **)), (path, names, filter, compare), path)
PATH(int, scandir64, (const char *path, struct dirent64 ***names, int (*filter)(const struct dirent64 *), int (*compare)(const struct dirent64 **, const struct dirent64 **)), (path, names, filter, compare), path)
OPEN(int, fsync, (int fd), (fd))
OPEN(int, fdatasync, (int fd), (fd))
OPEN(int, ftruncate, (int fd, off_t size), (fd, size))
OPEN(int, fchmod, (int fd, mode_t mode), (fd, mode))
OPEN(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
OPEN(ssize_t, read, (int fd, void *at, size_t size), (fd, at, size))
OPEN(ssize_t, pread, (int fd, void *at, size_t size, off_t from), (fd, at, size, from))
OPEN(ssize_t, pread64, (int fd, void *at, size_t size, off64_t from), (fd, at, size, from))
OPEN(ssize_t, readv, (int fd, const struct iovec *at, int many), (fd, at, many))
OPEN(ssize_t, write, (int fd, const void *at, size_t size), (fd, at, size))
OPEN(ssize_t, pwrite, (int fd, const void *at, size_t size, off_t from), (fd, at, size, from))
OPEN(ssize_t, pwrite64, (int fd, const void *at, size_t size, off64_t from), (fd, at, size, from))
OPEN(ssize_t, writev, (int fd, const struct iovec *at, int many), (fd, at, many))

// A file that is closed with an error is closed all the same, as on Linux.
int close(int fd) {
	int failed = meantOpen(fd) && fails();
	int number = errno;
	int result = REAL(close)(fd);
	if (!failed) return result;
	errno = number;
	return -1;
}

// libuv asks for statx this way.
long syscall(long number, ...) {
	va_list rest; va_start(rest, number);
	long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long), d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
	va_end(rest);
	if (number == SYS_statx) {
		const char *path = (const char *)b;
		if ((path != NULL && path[0] != 0 ? meant(path) : meantOpen((int)a)) && fails()) return -1;
	}
	return REAL(syscall)(number, a, b, c, d, e, f);
}
int statx(int at, const char *restrict path, int flags, unsigned int mask, struct statx *restrict into) {
	return (path[0] != 0 ? meant(path) : meantOpen(at)) && fails() ? -1 : REAL(statx)(at, path, flags, mask, into);
}
