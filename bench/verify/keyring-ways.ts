import { createHash, hash, timingSafeEqual } from 'node:crypto'

import { createKeyring, generateKey, hashKey } from 'routekey'
import { createMemoryStore } from 'routekey/stores/memory'

import type { Way } from './compare.ts'

const prefix = 'bench'

/** Picks keys at random. Each is a new string, as in a real request. */
const pickFrom = (keys: readonly string[]) => (count: number) =>
  Array.from({ length: count }, () => Buffer.from(keys[Math.floor(Math.random() * keys.length)] ?? '').toString())

/** What a program without a keyring would write: the hash of a key finds its row, whose hash is compared once more. */
function ordinary(keys: readonly string[]): Way<string>['work'] {
  const rows = new Map(keys.map((key) => [hashKey(key), { hash: hashKey(key), owner: 'owner' }]))
  return (presented) => {
    for (const key of presented) {
      const hashed = createHash('sha256').update(key).digest('hex')
      const row = rows.get(hashed)
      if (!row || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(hashed))) throw new Error('It refused a key.')
    }
  }
}

/** The same with the fastest hash of Node, and rows that hold bytes. */
function fastest(keys: readonly string[]): Way<string>['work'] {
  const rows = new Map(keys.map((key) => [hashKey(key), { hash: Buffer.from(hashKey(key)), owner: 'owner' }]))
  return (presented) => {
    for (const key of presented) {
      const hashed = hash('sha256', key, 'hex')
      const row = rows.get(hashed)
      if (!row || !timingSafeEqual(row.hash, Buffer.from(hashed))) throw new Error('It refused a key.')
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
    { name: 'SHA-256, Map and timingSafeEqual', prepare, work: ordinary(keys) },
    { name: 'the same, as fast as can be', prepare, work: fastest(keys) },
    { name: 'keyring.verify, usage not counted', prepare, work: verifying(quiet, true) },
    { name: 'keyring.verify, usage counted', prepare, work: verifying(counting, true) },
    {
      name: 'keyring.verify, unknown key',
      prepare: (count) => Array.from({ length: count }, () => generateKey({ prefix })),
      work: verifying(quiet, false),
    },
  ]
}
