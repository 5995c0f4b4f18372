import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { ProfileRow } from '../../src/reconcile/decide-profile.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'

const profileCount = 200_000
const profileIdOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const customerOf = (number: number) => ({
  id: `cus_${String(number).padStart(14, '0')}`,
  email: `user-${number}@example.com`,
  profileId: profileIdOf(number),
  created: number,
})
const profileOf = (number: number): ProfileRow => ({
  profileId: profileIdOf(number),
  email: `user-${number}@example.com`,
  stripeCustomer: customerOf(number).id,
  state: 'done',
  busy: false,
})

const unexpected = () => Promise.reject(new Error('Nothing is to be changed.'))

/** What is really held: garbage that is not yet collected depends on the machine. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('reconcile', () => {
  it('holds less than 16 MB over 200,000 profiles and customers, and finds the one that differs', async () => {
    const drifted = { ...customerOf(777), email: 'drifted@example.com' }
    const read = (number: number) => (number === 777 ? drifted : customerOf(number))
    const startBytes = heldBytes()
    let peakBytes = startBytes
    const kinds: string[] = []

    const summary = await reconcile(
      {
        store: {
          count: () =>
            Promise.resolve({
              profiles: profileCount,
              linked: profileCount,
              done: profileCount,
              pending: 0,
              due: 0,
              retrying: 0,
              failed: 0,
              unrecorded: 0,
              outdated: 0,
              oldestDueSeconds: 0,
            }),
          listFailed: unexpected,
          listProfiles(after, batch) {
            const first = after === null ? 0 : Number(after.slice(-12)) + 1
            const length = Math.min(batch, profileCount - first)
            return Promise.resolve(Array.from({ length }, (_, index) => profileOf(first + index)))
          },
          readProfile: (id) => Promise.resolve(profileOf(Number(id.slice(-12)))),
          findOwners: (ids) => Promise.resolve(ids.map((profileId) => ({ profileId, exists: true, tombstone: null }))),
          link: unexpected,
          deleteOrphan: unexpected,
          repairAllProfiles: unexpected,
        },
        work: { requeue: unexpected, unlink: unexpected },
        account: {
          async *pages() {
            for (let first = 0; first < profileCount; first += 100) {
              yield await Promise.resolve(Array.from({ length: 100 }, (_, index) => read(first + index)))
            }
          },
          retrieve: (id) => Promise.resolve(read(Number(id.slice(4)))),
          hasSubscription: () => Promise.resolve(false),
          delete: unexpected,
        },
      },
      {
        mode: 'report',
        deleteDuplicates: false,
        onFinding: ({ kind, profileId }) => kinds.push(`${kind} ${profileId}`),
        onProgress: ({ done }) => {
          if (done % 25_000 === 0) peakBytes = Math.max(peakBytes, heldBytes())
        },
      },
    )
    expect(summary).toMatchObject({
      customers: profileCount,
      profiles: profileCount,
      found: { email_drift: 1 },
      left: 0,
    })
    expect(kinds).toEqual([`email_drift ${profileIdOf(777)}`])
    expect(peakBytes - startBytes).toBeLessThan(16 * 2 ** 20)
  }, 60_000)
})
