/** The codes of {@link StandInError}. */
export type StandInErrorCode =
  | 'ERR_STAND_IN_CUSTOMER_MISSING'
  | 'ERR_STAND_IN_DUPLICATE_WEBHOOK'
  | 'ERR_STAND_IN_FILE_VERSION'

/** A mistake in how the stand-in was started or controlled. Requests to its API get a `StripeErrorReply` instead. */
export class StandInError extends Error {
  readonly code: StandInErrorCode

  constructor(code: StandInErrorCode, message: string) {
    super(message)
    this.name = 'StandInError'
    this.code = code
  }
}
