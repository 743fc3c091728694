/* Preloaded into QEMU: its monotonic clock goes SLOWNESS times more slowly than the host's.
 *
 * The machine inside is emulated, so it gets little done in a second of ours. In a second of its
 * own, which then takes longer, it gets done what a real one does: a microphone that keeps to the
 * machine's clock is heard without loss.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

#define NS 1000000000LL

static int (*real)(clockid_t, struct timespec *);
static long long since;
static double slowness;

__attribute__((constructor)) static void begin(void) {
    struct timespec now;
    real = dlsym(RTLD_NEXT, "clock_gettime");
    real(CLOCK_MONOTONIC, &now);
    since = now.tv_sec * NS + now.tv_nsec;
    slowness = atof(getenv("SLOWNESS"));
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int answer = real(which, now);
    if (answer == 0 && which == CLOCK_MONOTONIC) {
        long long passed = now->tv_sec * NS + now->tv_nsec - since;
        long long ours = since + (long long)((double)passed / slowness);
        now->tv_sec = ours / NS;
        now->tv_nsec = ours % NS;
    }
    return answer;
}
