/* A wall clock WALL_CLOCK_AHEAD_S seconds ahead, for programs that have this in LD_PRELOAD.

   Only the date changes. Time that is measured or waited for goes by CLOCK_MONOTONIC, which stays
   as it is; a wait until a wall-clock time is handed on as the kernel's clock counts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t seconds_ahead(void)
{
    static time_t ahead;
    static int known;
    if (!known) {
        const char *text = getenv("WALL_CLOCK_AHEAD_S");
        ahead = text == NULL ? 0 : strtol(text, NULL, 10);
        known = 1;
    }
    return ahead;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    int failed = syscall(SYS_clock_gettime, id, now);
    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        now->tv_sec += seconds_ahead();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec read;
    int failed = clock_gettime(CLOCK_REALTIME, &read);
    (void)zone;
    now->tv_sec = read.tv_sec;
    now->tv_usec = read.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *now)
{
    struct timespec read;
    clock_gettime(CLOCK_REALTIME, &read);
    if (now != NULL)
        *now = read.tv_sec;
    return read.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline)
{
    static int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec now, until = *deadline;
    if (wait == NULL)
        wait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    if (until.tv_sec > now.tv_sec / 2) /* else it is one of CLOCK_MONOTONIC, which began at boot */
        until.tv_sec -= seconds_ahead();
    return wait(condition, mutex, &until);
}
