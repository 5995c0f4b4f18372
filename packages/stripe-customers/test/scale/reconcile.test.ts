import { expect, it } from 'vitest'
import type { ProfileRow } from '../../src/reconcile/decide-profile.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'
import { readHeldBytes } from './read-held-bytes.ts'

const driftedNumber = 777
const profileIdOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const customerOf = (number: number) => ({
  id: `cus_${String(number).padStart(14, '0')}`,
  email: number === driftedNumber ? 'drifted@example.com' : `user-${number}@example.com`,
  profileId: profileIdOf(number),
  created: number,
})
const profileOf = (number: number): ProfileRow => ({
  profileId: profileIdOf(number),
  email: `user-${number}@example.com`,
  stripeCustomer: customerOf(number).id,
  state: 'done',
  busy: false,
  elsewhere: false,
})

const unexpected = () => Promise.reject(new Error('Reconciling without --fix changes nothing.'))

/** Reconciles as many profiles with their customers. Returns the findings and the most memory that it held. */
async function measureReconcile(profileCount: number) {
  const startBytes = readHeldBytes()
  let peakBytes = startBytes
  const findings: string[] = []
  const summary = await reconcile(
    {
      store: {
        count: () =>
          Promise.resolve({
            profiles: profileCount,
            linked: profileCount,
            done: profileCount,
            pending: 0,
            waiting: 0,
            due: 0,
            retrying: 0,
            blocked: 0,
            failed: 0,
            dismissed: 0,
            elsewhere: 0,
            unrecorded: 0,
            outdated: 0,
            vanished: 0,
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
        findLinked: () => Promise.resolve([]),
        link: unexpected,
        beginAccount: unexpected,
        move: unexpected,
        dismissElsewhere: unexpected,
        deleteOrphan: unexpected,
        openWork: unexpected,
        repairProfilePage: unexpected,
        tombstoneVanishedPage: unexpected,
      },
      work: { requeue: unexpected, unlink: unexpected },
      account: {
        readAccount: unexpected,
        async *pages() {
          for (let first = 0; first < profileCount; first += 100) {
            const customers = Array.from({ length: 100 }, (_, index) => customerOf(first + index))
            yield await Promise.resolve({ customers, others: 0 })
          }
        },
        retrieve: (id) => Promise.resolve(customerOf(Number(id.slice(4)))),
        findUse: () => Promise.resolve(null),
        delete: unexpected,
      },
    },
    {
      mode: 'report',
      deleteDuplicates: false,
      newAccount: 'no',
      onFinding: ({ kind, profileId }) => findings.push(`${kind} ${profileId}`),
      onProgress: ({ done }) => {
        if (done % (profileCount / 10) === 0) peakBytes = Math.max(peakBytes, readHeldBytes())
      },
    },
  )
  return { summary, findings, heldBytes: peakBytes - startBytes }
}

it('holds less than 20 bytes for each further profile, and finds the one that differs', async () => {
  await measureReconcile(20_000) // Loads and compiles what every run needs.
  const small = await measureReconcile(20_000)
  const large = await measureReconcile(200_000)
  for (const { findings } of [small, large]) expect(findings).toEqual([`email_drift ${profileIdOf(driftedNumber)}`])
  expect(large.summary).toMatchObject({ customers: 200_000, profiles: 200_000, found: { email_drift: 1 }, left: 0 })
  // To remember the id alone would take 50.
  expect((large.heldBytes - small.heldBytes) / 180_000).toBeLessThan(20)
})
