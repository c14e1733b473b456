/* A thread team that lives for a whole calculation, so that parts that take less time than starting a
   thread can run in parallel too. */

#ifndef INM_TEAM_H
#define INM_TEAM_H

#include "inm_status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inm_team inm_team;

/* Create a team of n threads, 1 or more, including the caller.  The others inherit the caller's
   affinity.  If a thread cannot be started, the caller does its part.  Not collective. */
inm_status inm_team_create(inm_team **out, int n);
void inm_team_destroy(inm_team **team);
int inm_team_size(const inm_team *team);

/* Run work(ctx, k) for k = 0..n-1 on thread k; thread 0 is the caller.  Returns when all are done.
   Waiting threads spin for some microseconds before they sleep. */
void inm_team_run(inm_team *team, void (*work)(void *ctx, int k), void *ctx);

/* The same with a temporary team. */
void inm_run_parallel(int n, void (*work)(void *ctx, int k), void *ctx);

/* Slice of thread k of size when 0..count-1 is divided in multiples of step (the last slice may end
   between): it begins at *first; returns its length, which may be 0. */
size_t inm_team_slice(size_t count, size_t step, int size, int k, size_t *first);

#ifdef __cplusplus
}
#endif
#endif
