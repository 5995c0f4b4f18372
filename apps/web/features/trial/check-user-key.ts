import { parseKey } from 'routekey'
import { userKeyPrefix } from '#features/keys/rules/user-key-prefix.ts'

/**
 * Checks in the browser that a text is one of this application's API keys, so that nothing else is ever sent. Whether the
 * key is still good only the server knows.
 *
 * @returns null when it may be sent; `isForeign` says that it may be some other secret, which should not stay on the page
 */
export function checkUserKey(text: string): { problem: string; isForeign: boolean } | null {
  if (!text.startsWith(`${userKeyPrefix}_`)) {
    return {
      problem: `This is not one of your API keys: they start with ${userKeyPrefix}_. It was not sent, and the field is empty again. Never paste API_ROUTE_SECRET here.`,
      isForeign: true,
    }
  }
  if (parseKey(text)?.prefix === userKeyPrefix) return null
  return { problem: 'This key is incomplete or mistyped. It was not sent. Copy it again, whole.', isForeign: false }
}
