/** What the database raises when an owner has as many keys as one may have. */
const limitReached = 'PT409'

/** Tells whether a key was refused because its owner has as many as one may have. Its cause, or a cause of that, says so. */
export function isKeyLimitReached(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  if ('code' in error && error.code === limitReached) return true
  return 'cause' in error && isKeyLimitReached(error.cause)
}
