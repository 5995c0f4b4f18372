import type { ModelFixture } from './model-fixture.ts'

const columns = [
  'profile_id',
  'kind',
  'state',
  'revision',
  'key_number',
  'parameters',
  'stripe_customer',
  'attempts',
  'look_first',
  'last_error',
  'lease_token',
  'done_at',
  'failed_at',
]
const instants = ['first_attempt_at', 'key_since', 'next_attempt_at', 'unsettled_until']

/**
 * Creates backups of a database whose time advances by moving its instants back.
 *
 * @param nowMs the time of the database
 */
export function createBackups(
  query: ModelFixture['query'],
  nowMs: () => number,
): Pick<ModelFixture, 'backUp' | 'restore' | 'withoutTriggers'> {
  let backedUpMs = 0

  const withoutTriggers = async (run: () => Promise<void>): Promise<void> => {
    await query('set session_replication_role = replica')
    try {
      await run()
    } finally {
      await query('set session_replication_role = origin')
    }
  }

  return {
    withoutTriggers,
    async backUp() {
      // Brings the time of the database up to date.
      await query('drop table if exists pg_temp.work_backup, pg_temp.profile_backup')
      await query('create temporary table work_backup as table public.stripe_customer_work')
      await query('create temporary table profile_backup as select id, stripe_customer from public.profile')
      backedUpMs = nowMs()
    },
    restore: () =>
      withoutTriggers(async () => {
        await query('delete from public.stripe_customer_work')
        const moved = instants.map((instant) => `${instant} - make_interval(secs => $1)`)
        await query(
          `insert into public.stripe_customer_work (${[...columns, ...instants].join()})
           select ${[...columns, ...moved].join()} from pg_temp.work_backup`,
          [(nowMs() - backedUpMs) / 1000],
        )
        await query(
          `update public.profile set stripe_customer = backup.stripe_customer
           from pg_temp.profile_backup as backup where backup.id = profile.id`,
        )
      }),
  }
}
