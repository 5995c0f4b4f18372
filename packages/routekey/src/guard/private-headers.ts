import type { ResponseHeaders } from './verifier.ts'

/** Keep a URL that may hold a key out of caches and `Referer` headers. */
export const privateHeaders: ResponseHeaders = {
  'cache-control': 'private, no-store',
  'referrer-policy': 'no-referrer',
}
