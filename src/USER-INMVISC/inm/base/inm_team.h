/* Threads that stay for a whole calculation, so that a part that takes less than starting a thread is
   worth sharing. */

#ifndef INM_TEAM_H
#define INM_TEAM_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_team inm_team;

/* A team of n threads, 1 or more; the caller's is one of them.  The others have his affinity.  Where
   a thread cannot be had, the caller does its share.  Not collective. */
inm_status inm_team_create(inm_team **out, int n);
void inm_team_destroy(inm_team **team);
int inm_team_size(const inm_team *team);

/* Run work(ctx, k) for k = 0..n-1, one on each thread, 0 on the caller's.  Returns when all are done.
   A waiting thread spins for some microseconds before it sleeps. */
void inm_team_run(inm_team *team, void (*work)(void *ctx, int k), void *ctx);

/* The same once, with a team for this piece of work alone. */
void inm_run_parallel(int n, void (*work)(void *ctx, int k), void *ctx);

/* Share k of 0..count-1 among size, in multiples of step but for the last: begins at *first; returns
   how many it has, which may be 0. */
size_t inm_team_share(size_t count, size_t step, int size, int k, size_t *first);

#ifdef __cplusplus
}
#endif
#endif
