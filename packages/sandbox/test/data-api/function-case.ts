/** What all cases of a story work on. */
export interface Story {
  /** A user who has just signed up, with a profile. */
  readonly userId: string
  readonly sessionId: string
  readonly keyId: string
  readonly lease: string
  readonly now: string
}

/** One call of an SQL function over the Data API. */
export interface FunctionCase {
  /** The name of the function. */
  readonly call: string
  readonly args: (story: Story) => Record<string, unknown>
  /** What the result matches. An object may have more properties. */
  readonly result: (story: Story) => unknown
}
