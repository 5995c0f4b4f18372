import { storeContract } from '../../test/store-contract/store-contract.ts'
import { createMemoryStore } from './memory.ts'

storeContract('memory', async () => createMemoryStore())
