import type { KeyStore } from './model/key-store.ts'
import type { KeyCache } from './verify/key-cache.ts'

/** The dependencies that verifying keys and managing keys share. */
export interface KeyringContext {
  readonly store: KeyStore
  readonly prefix: string
  readonly clock: () => Date
  readonly hash: (key: string) => string
  /** The time by which keys are changed: of the clock of the store, if it has one. */
  readonly now: () => Promise<Date>
  /** Calls the store with a timeout. `isWrite` says whether the call may have changed something although it failed. */
  readonly call: <Result>(work: () => Promise<Result>, isWrite?: boolean) => Promise<Result>
  readonly cache: KeyCache | undefined
}
