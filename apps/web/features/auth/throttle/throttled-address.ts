import 'server-only'
import { headers } from 'next/headers'
import { addressGroup } from 'routekey/forwarded-ip'
import { callerAddress } from '#server/caller-address/caller-address.ts'

/** Names the caller for a count. All callers whose address the host does not tell are counted together. */
export async function throttledAddress(): Promise<string> {
  const address = callerAddress(await headers())
  return address === null ? 'unknown' : addressGroup(address)
}
