import { expect, it } from 'vitest'

import { type KeyStore, createKeyring } from '../../../src/index.ts'
import { createMemoryStore } from '../../../src/stores/memory.ts'
import { createHostileInputs } from './hostile-inputs.ts'

const total = 1_000_000
const batchSize = 10_000
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)

/** Processor time of this thread, because the clock on the wall counts what other processes do as well. */
function usedMicroseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

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

it(`verify refuses ${total.toLocaleString('en')} hostile inputs without a read, in at most 2 µs each (seed ${seed})`, async () => {
  const { keyring, key, reads } = await setUp()
  const nextInput = createHostileInputs([key], seed)
  let time = 0
  const codes = new Set<string>()
  for (let done = 0; done < total; done += batchSize) {
    const inputs = Array.from({ length: batchSize }, nextInput)
    const start = usedMicroseconds()
    for (const input of inputs) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, or the time would be that of all of them
      const result = await keyring.verify(input)
      codes.add(result.ok ? `let in with ${JSON.stringify(input)}` : result.denial.code)
    }
    time += usedMicroseconds() - start
  }
  expect([...codes]).toEqual(['invalid_key'])
  expect(reads()).toBe(0)
  process.stdout.write(`verify, hostile input: ${((time / total) * 1000).toFixed(0)} ns\n`)
  expect(time / total).toBeLessThanOrEqual(2)
  expect((await keyring.verify(key)).ok).toBe(true)
})

it('verify refuses what plain JavaScript may pass in place of text', async () => {
  const { keyring, key, reads } = await setUp()
  const values: unknown[] = [undefined, null, 0, true, {}, [], [key], { toString: () => key }, Symbol('key'), () => key]
  for (const value of values) {
    // @ts-expect-error -- not text
    expect(await keyring.verify(value)).toEqual({ ok: false, denial: { status: 401, code: 'invalid_key' } })
  }
  expect(reads()).toBe(0)
})
