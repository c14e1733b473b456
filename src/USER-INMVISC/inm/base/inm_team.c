#include "base/inm_team.h"

#include <pthread.h>
#include <stdlib.h>

/* times a thread polls before it sleeps: some ten microseconds */
enum { NPOLL = 4000 };

typedef struct {
  inm_team *team;
  int k;
  int started;
  pthread_t thread;
} member;

struct inm_team {
  int size;
  member *members; /* [size], 0 is the caller */

  void (*work)(void *ctx, int k);
  void *ctx;

  /* written under the lock, polled without it */
  pthread_mutex_t lock;
  pthread_cond_t begin, end;
  unsigned round; /* incremented for each piece of work */
  int pending;    /* members still working on it */
  int stop;
};

static void pause_briefly(void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void *serve(void *p)
{
  const member *self = (const member *) p;
  inm_team *team = self->team;
  unsigned seen = 0;

  for (;;) {
    for (int n = 0; n < NPOLL && __atomic_load_n(&team->round, __ATOMIC_ACQUIRE) == seen; n++)
      pause_briefly();
    pthread_mutex_lock(&team->lock);
    while (team->round == seen) pthread_cond_wait(&team->begin, &team->lock);
    seen = team->round;
    const int stop = team->stop;
    pthread_mutex_unlock(&team->lock);
    if (stop) return NULL;

    team->work(team->ctx, self->k);

    pthread_mutex_lock(&team->lock);
    if (__atomic_sub_fetch(&team->pending, 1, __ATOMIC_RELEASE) == 0)
      pthread_cond_signal(&team->end);
    pthread_mutex_unlock(&team->lock);
  }
}

static void begin_round(inm_team *team, int pending)
{
  pthread_mutex_lock(&team->lock);
  team->pending = pending;
  __atomic_add_fetch(&team->round, 1, __ATOMIC_RELEASE);
  pthread_cond_broadcast(&team->begin);
  pthread_mutex_unlock(&team->lock);
}

static void end_round(inm_team *team)
{
  for (int n = 0; n < NPOLL && __atomic_load_n(&team->pending, __ATOMIC_ACQUIRE) > 0; n++)
    pause_briefly();
  pthread_mutex_lock(&team->lock);
  while (team->pending > 0) pthread_cond_wait(&team->end, &team->lock);
  pthread_mutex_unlock(&team->lock);
}

void inm_team_run(inm_team *team, void (*work)(void *ctx, int k), void *ctx)
{
  int nstarted = 0;

  for (int k = 1; k < team->size; k++) nstarted += team->members[k].started;
  team->work = work;
  team->ctx = ctx;
  if (nstarted) begin_round(team, nstarted);
  work(ctx, 0);
  for (int k = 1; k < team->size; k++)
    if (!team->members[k].started) work(ctx, k);
  if (nstarted) end_round(team);
}

inm_status inm_team_create(inm_team **out, int n)
{
  inm_team *team = (inm_team *) calloc(1, sizeof(*team));

  *out = NULL;
  if (!team) return INM_ERR_ALLOC;
  team->members = (member *) calloc((size_t) n, sizeof(*team->members));
  if (!team->members) {
    free(team);
    return INM_ERR_ALLOC;
  }
  team->size = n;
  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->begin, NULL);
  pthread_cond_init(&team->end, NULL);
  for (int k = 1; k < n; k++) {
    member *m = &team->members[k];
    m->team = team;
    m->k = k;
    m->started = (pthread_create(&m->thread, NULL, serve, m) == 0);
  }
  *out = team;
  return INM_OK;
}

void inm_team_destroy(inm_team **team)
{
  if (!team || !*team) return;
  inm_team *t = *team;
  t->stop = 1;
  begin_round(t, 0);
  for (int k = 1; k < t->size; k++)
    if (t->members[k].started) pthread_join(t->members[k].thread, NULL);
  pthread_mutex_destroy(&t->lock);
  pthread_cond_destroy(&t->begin);
  pthread_cond_destroy(&t->end);
  free(t->members);
  free(t);
  *team = NULL;
}

int inm_team_size(const inm_team *team)
{
  return team->size;
}

void inm_run_parallel(int n, void (*work)(void *ctx, int k), void *ctx)
{
  inm_team *team = NULL;

  if (n > 1 && inm_team_create(&team, n) == INM_OK)
    inm_team_run(team, work, ctx);
  else
    for (int k = 0; k < n; k++) work(ctx, k);
  inm_team_destroy(&team);
}

size_t inm_team_slice(size_t count, size_t step, int size, int k, size_t *first)
{
  const size_t nstep = (count + step - 1) / step;
  const size_t begin = nstep * (size_t) k / (size_t) size * step;
  const size_t end = nstep * (size_t) (k + 1) / (size_t) size * step;

  *first = (begin < count) ? begin : count;
  return ((end < count) ? end : count) - *first;
}
