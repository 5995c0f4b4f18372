import { createKeyring } from 'routekey'
import { createMemoryStore } from 'routekey/stores/memory'
import { after } from 'next/server'

const errors = []
export const keyring = createKeyring({
  store: createMemoryStore(),
  prefix: 'acme',
  // No timer and no number of requests writes the counts within a test.
  usage: { after, flushSeconds: 3600 },
  logger: { error: (line) => errors.push(line) },
})

export const createKey = () => keyring.create({ owner: 'ada', name: 'CI' })
export const readUsage = async () => ({
  errors,
  counts: await keyring.usage({ owner: 'ada' }, { unit: 'hour', count: 1 }),
})
