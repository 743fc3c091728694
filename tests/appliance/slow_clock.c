/* Preloaded into QEMU: its monotonic clock goes on by what the emulated processors get done.
 *
 * While one of them works, the clock goes by the time it really had of a processor of ours, divided by how slow it is:
 * in a second of its own the machine gets done what a real one does, however busy we are, and a microphone that keeps
 * to the machine's clock is heard without loss. While all of them sleep there is nothing to be slow at, and the clock
 * goes like ours.
 *
 * CLOCK names a file that all share: the clock's time, ns; how slow the processors are, thousandths, which may be
 * changed at any time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define NS 1000000000LL
#define MOST 8

struct processor {
    clockid_t clock; /* what its thread had of a processor of ours */
    long long had;
    atomic_int sleeps;
};

static int (*real_clock)(clockid_t, struct timespec *);
static int (*real_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*real_name)(pthread_t, const char *);
static int (*real_poll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
static struct { _Atomic long long time, slowness; } *shared;
static struct processor processors[MOST];
static atomic_int known;
static __thread struct processor *own;
static atomic_flag taken = ATOMIC_FLAG_INIT;
static long long seen;

static long long read_clock(clockid_t which) {
    struct timespec now;
    real_clock(which, &now);
    return now.tv_sec * NS + now.tv_nsec;
}

static void take(void) {
    while (atomic_flag_test_and_set_explicit(&taken, memory_order_acquire)) sched_yield();
}

static void give(void) { atomic_flag_clear_explicit(&taken, memory_order_release); }

/* Let the clock go on, for all that has passed since somebody last looked. */
static long long go_on(void) {
    take();
    long long now = read_clock(CLOCK_MONOTONIC), passed = now - seen, worked = 0;
    int working = 0;
    for (int i = 0; i < known; i++) {
        struct processor *one = &processors[i];
        if (one->sleeps) continue;
        long long has = read_clock(one->clock);
        worked += has - one->had;
        one->had = has;
        working++;
    }
    seen = now;
    long long time = shared->time += working ? worked / working * 1000 / shared->slowness : passed;
    give();
    return time;
}

/* A microphone that looks at the file finds the time there to the millisecond, whatever QEMU does. */
static void *tick(void *nothing) {
    const struct timespec pause = {0, NS / 1000};
    for (;;) {
        nanosleep(&pause, NULL);
        go_on();
    }
    return nothing;
}

__attribute__((constructor)) static void begin(void) {
    pthread_t ticking;
    real_clock = dlsym(RTLD_NEXT, "clock_gettime");
    real_wait = dlvsym(RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2"); /* without it, an older one of its name */
    if (!real_wait) real_wait = dlsym(RTLD_NEXT, "pthread_cond_wait");
    real_name = dlsym(RTLD_NEXT, "pthread_setname_np");
    real_poll = dlsym(RTLD_NEXT, "ppoll");
    int file = open(getenv("CLOCK"), O_RDWR);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || shared == MAP_FAILED) abort();
    seen = read_clock(CLOCK_MONOTONIC);
    shared->time = seen;
    pthread_create(&ticking, NULL, tick, NULL);
}

int clock_gettime(clockid_t which, struct timespec *now) {
    if (which != CLOCK_MONOTONIC || !shared) {
        if (!real_clock) real_clock = dlsym(RTLD_NEXT, "clock_gettime");
        return real_clock(which, now);
    }
    long long time = go_on();
    now->tv_sec = time / NS;
    now->tv_nsec = time % NS;
    return 0;
}

/* QEMU names its threads (debug-threads=on), each by itself: these are the processors. */
int pthread_setname_np(pthread_t thread, const char *name) {
    if (strncmp(name, "CPU ", 4) == 0 && known < MOST) {
        take();
        own = &processors[known];
        pthread_getcpuclockid(thread, &own->clock);
        own->had = read_clock(own->clock);
        known++;
        give();
    }
    return real_name(thread, name);
}

/* QEMU waits for its timers by our time: never longer than a clock that hurries lets it. */
int ppoll(struct pollfd *files, nfds_t count, const struct timespec *most, const sigset_t *signals) {
    const struct timespec little = {0, NS / 1000};
    int hurries = shared && shared->slowness < 1000 && (!most || most->tv_sec || most->tv_nsec > little.tv_nsec);
    if (!real_poll) real_poll = dlsym(RTLD_NEXT, "ppoll");
    return real_poll(files, count, hurries ? &little : most, signals);
}

/* A processor waits for nothing but an interrupt, or to be let go on. */
int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    if (!own) return real_wait(condition, mutex);
    go_on();
    own->sleeps = 1;
    int answer = real_wait(condition, mutex);
    go_on();
    own->had = read_clock(own->clock);
    own->sleeps = 0;
    return answer;
}
