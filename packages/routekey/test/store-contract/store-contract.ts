import { beforeAll, describe } from 'vitest'

import type { KeyStore } from '../../src/index.ts'
import { itChangesKeys } from './change-keys.ts'
import { itChangesKeysOfOwner } from './keys-of-owner.ts'
import { itReadsKeys } from './read-keys.ts'
import { itBoundsWhatItKeeps } from './retention.ts'
import { itCountsUsage } from './usage.ts'

/** Registers the tests that every store must pass. A test of a new store calls this, and needs nothing else. */
export function storeContract(subject: string, open: () => Promise<KeyStore>): void {
  describe(`the key store on ${subject}`, () => {
    let opened: KeyStore
    beforeAll(async () => {
      opened = await open()
    })
    const context = {
      get store() {
        return opened
      },
    }
    itReadsKeys(context)
    itChangesKeys(context)
    itChangesKeysOfOwner(context)
    itCountsUsage(context)
    itBoundsWhatItKeeps(context)
  })
}
