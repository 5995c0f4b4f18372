import 'server-only'
import { headers } from 'next/headers'
import { addressGroup } from 'routekey/forwarded-ip'
import { callerAddress } from '#server/caller-address/caller-address.ts'

/** Names the caller for a count. All callers whose address the host does not tell are counted together. */
export async function throttledAddress(): Promise<string> {
  return throttledAddressOf(await headers())
}

/** Like {@link throttledAddress}, where `next/headers` has no request. */
export function throttledAddressOf(requestHeaders: Headers): string {
  const address = callerAddress(requestHeaders)
  return address === null ? 'unknown' : addressGroup(address)
}
