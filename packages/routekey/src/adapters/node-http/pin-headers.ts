import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ResponseHeaders } from '../../guard/verifier.ts'

type GivenHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[]

/** Makes sure that a response is sent with these headers, even if the handler sets others before or with `writeHead`. */
export function pinHeaders(response: ServerResponse, pinned: ResponseHeaders): void {
  const entries = Object.entries(pinned)
  if (entries.length === 0) return
  const isPinned = (name: unknown) => typeof name === 'string' && Object.hasOwn(pinned, name.toLowerCase())
  const withoutPinned = (given: GivenHeaders): GivenHeaders =>
    Array.isArray(given)
      ? given.filter((_item, index) => !isPinned(given[index - (index % 2)]))
      : Object.fromEntries(Object.entries(given).filter(([name]) => !isPinned(name)))

  const writeHead = response.writeHead.bind(response)
  // Node calls this before the first byte of the body if the handler does not.
  response.writeHead = (status: number, ...rest: (string | GivenHeaders | undefined)[]) => {
    for (const [name, value] of entries) response.setHeader(name, value)
    let given: GivenHeaders = {}
    for (const argument of rest) {
      if (typeof argument === 'string') response.statusMessage = argument
      else if (argument !== undefined) given = argument
    }
    return writeHead(status, withoutPinned(given))
  }
}
