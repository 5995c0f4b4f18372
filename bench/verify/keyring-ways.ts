import { createHash, hash, timingSafeEqual } from 'node:crypto'

import { createKeyring, generateKey, hashKey } from 'routekey'
import { createMemoryStore } from 'routekey/stores/memory'

import type { Way } from './compare.ts'

const prefix = 'bench'

/** Picks keys at random. Each is a new string, as in a real request. */
const pickFrom = (keys: readonly string[]) => (count: number) =>
  Array.from({ length: count }, () => Buffer.from(keys[Math.floor(Math.random() * keys.length)] ?? '').toString())

/** SHA-256, a look-up in a `Map`, and a comparison: what a program without a keyring would write. */
function baseline(keys: readonly string[], sha256Hex: (text: string) => string): Way<string>['work'] {
  const known = new Map(
    keys.map((key) => {
      const hashed = hashKey(key)
      return [hashed, { hash: Buffer.from(hashed), owner: 'owner' }]
    }),
  )
  return (presented) => {
    for (const key of presented) {
      const hashed = sha256Hex(key)
      const found = known.get(hashed)
      if (!found || !timingSafeEqual(found.hash, Buffer.from(hashed))) throw new Error('The baseline refused a key.')
    }
  }
}

/** `keyring.verify` in memory beside the baseline, with so many keys. */
export async function keyringWays(size: number): Promise<Way<string>[]> {
  const store = createMemoryStore()
  const quiet = createKeyring({ store, prefix, usage: false })
  const counting = createKeyring({ store, prefix })
  const keys: string[] = []
  for (let index = 0; index < size; index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a million at once would need more memory
    const { key } = await quiet.create({ owner: `owner-${Math.floor(index / 3)}`, name: 'bench' })
    keys.push(key)
  }
  const prepare = pickFrom(keys)

  const verifying =
    (keyring: typeof quiet, accepts: boolean): Way<string>['work'] =>
    async (presented) => {
      for (const key of presented) {
        // oxlint-disable-next-line no-await-in-loop -- measures one after the other
        const { ok } = await keyring.verify(key)
        if (ok !== accepts) throw new Error(`verify() returned ${ok}.`)
      }
    }
  return [
    {
      name: 'createHash, Map, timingSafeEqual',
      prepare,
      work: baseline(keys, (text) => createHash('sha256').update(text).digest('hex')),
    },
    {
      name: 'hash, Map, timingSafeEqual',
      prepare,
      work: baseline(keys, (text) => hash('sha256', text, 'hex')),
    },
    { name: 'keyring.verify, usage not counted', prepare, work: verifying(quiet, true) },
    { name: 'keyring.verify, usage counted', prepare, work: verifying(counting, true) },
    {
      name: 'keyring.verify, unknown key',
      prepare: (count) => Array.from({ length: count }, () => generateKey({ prefix })),
      work: verifying(quiet, false),
    },
  ]
}
