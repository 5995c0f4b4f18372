import { parseKey } from 'routekey'
import { userKeyPrefix } from '#features/keys/rules/user-key-prefix.ts'

/**
 * Checks in the browser that a text is an API key of a user, so that nothing else is ever sent. Only the server knows whether
 * the key is valid.
 *
 * @returns null if the text may be sent; `isForeign` if it may be another secret, which must not stay on the page
 */
export function checkUserKey(text: string): { problem: string; isForeign: boolean } | null {
  if (!text.startsWith(`${userKeyPrefix}_`)) {
    return {
      problem: `Your API keys start with ${userKeyPrefix}_. This text was not sent, and the field was cleared. Never paste API_ROUTE_SECRET here.`,
      isForeign: true,
    }
  }
  if (parseKey(text)?.prefix === userKeyPrefix) return null
  return {
    problem: 'This key is incomplete or mistyped, so it was not sent. Copy the whole key again.',
    isForeign: false,
  }
}
