import { expect, it } from 'vitest'

import { type KeyStore, createKeyring } from '../../../src/index.ts'
import { createMemoryStore } from '../../../src/stores/memory.ts'
import { costRatio, startMeasuring } from './cost.ts'
import { createHostileInputs } from './hostile-inputs.ts'

const total = 1_000_000
const batchSize = 10_000
const keysPerBatch = 2000
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)

async function setUp() {
  const memory = createMemoryStore()
  let reads = 0
  const store: KeyStore = {
    ...memory,
    findByHash: (hash) => {
      reads += 1
      return memory.findByHash(hash)
    },
  }
  const keyring = createKeyring({ store, prefix: 'acme_live' })
  const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
  return { keyring, key, reads: () => reads }
}

it(`refuses ${total.toLocaleString('en')} hostile inputs without a read, and one costs less than the key (seed ${seed})`, async () => {
  const { keyring, key, reads } = await setUp()
  const nextInput = createHostileInputs([key], seed)
  const costs: Record<'hostile' | 'key', number[]> = { hostile: [], key: [] }
  const codes = new Set<string>()
  let readsOfHostile = 0
  for (let done = 0; done < total; done += batchSize) {
    const inputs = Array.from({ length: batchSize }, nextInput)
    // oxlint-disable no-await-in-loop -- one after the other, or the cost would be that of all of them
    const readsBefore = reads()
    const refused = startMeasuring()
    for (const input of inputs) {
      const result = await keyring.verify(input)
      codes.add(result.ok ? `accepted ${JSON.stringify(input)}` : result.denial.code)
    }
    costs.hostile.push(refused(batchSize))
    readsOfHostile += reads() - readsBefore
    const accepted = startMeasuring()
    for (let count = 0; count < keysPerBatch; count += 1) await keyring.verify(key)
    costs.key.push(accepted(keysPerBatch))
    // oxlint-enable no-await-in-loop
  }
  expect([...codes]).toEqual(['invalid_key'])
  expect(readsOfHostile).toBe(0)
  expect((await keyring.verify(key)).ok).toBe(true)
  expect(costRatio(costs.hostile, costs.key)).toBeLessThan(1)
})

it('refuses values that are not text, which JavaScript can pass', async () => {
  const { keyring, key, reads } = await setUp()
  const values: unknown[] = [undefined, null, 0, true, {}, [], [key], { toString: () => key }, Symbol('key'), () => key]
  for (const value of values) {
    // @ts-expect-error -- not text
    expect(await keyring.verify(value)).toEqual({ ok: false, denial: { status: 401, code: 'invalid_key' } })
  }
  expect(reads()).toBe(0)
})
