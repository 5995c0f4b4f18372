/** What one request may ask for. The framework's work grows faster than these numbers, so they are checked before it. */
export interface RequestBounds {
  /** Characters of the path and the query together. */
  readonly urlLength: number
  readonly queryParameters: number
  /** Header fields, each repetition counted. */
  readonly headers: number
  readonly cookies: number
}

/** The bounds unless the environment sets others; `docs/limits.md` has the reasons. */
export const defaultRequestBounds: RequestBounds = {
  urlLength: 4096,
  queryParameters: 100,
  headers: 100,
  cookies: 100,
}

/** Cookies whose name ends with a number are parts of a long one. A session of 16 KiB, all that Node accepts, has six parts. */
export const maximumCookieParts = 10
