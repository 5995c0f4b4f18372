/** A place where an archaic phrase is right. */
export interface AllowedWord {
  readonly path: string
  /** The phrase as it is found there, in lower case. */
  readonly phrase: string
  readonly reason: string
}

/** Each entry must still match, or the check fails. */
export const allowedWords: readonly AllowedWord[] = []
