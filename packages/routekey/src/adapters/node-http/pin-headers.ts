import { mergeHeader } from '../../guard/add-headers.ts'
import type { ResponseHeaders } from '../../guard/verifier.ts'
import type { NodeResponseLike } from './node-types.ts'

const toText = (value: unknown) => [value ?? []].flat().map(String).join(', ')

/** Takes a header out of the argument of `writeHead`: an object, or a list of names and values. Returns its values and the rest. */
function takeHeader(given: object, name: string): { readonly values: string; readonly rest: object } {
  const isName = (text: unknown) => String(text).toLowerCase() === name
  if (!Array.isArray(given)) {
    const [own] = Object.entries(given).filter(([key]) => isName(key))
    return { values: toText(own?.[1]), rest: Object.fromEntries(Object.entries(given).filter(([key]) => !isName(key))) }
  }
  const list: readonly unknown[] = given
  const isOwn = (index: number) => isName(list[index - (index % 2)])
  const values = list.filter((_item, index) => index % 2 === 1 && isOwn(index))
  return { values: toText(values), rest: list.filter((_item, index) => !isOwn(index)) }
}

/** Makes sure that a response is sent with these headers, merged with those that the handler sets before or with `writeHead`. */
export function pinHeaders(response: NodeResponseLike, pinned: ResponseHeaders): void {
  const writeHead = response.writeHead.bind(response)
  // Node calls this before the first byte of the body if the handler does not.
  response.writeHead = (status, ...rest) => {
    let given: object = {}
    for (const argument of rest) if (typeof argument === 'object' && argument !== null) given = argument
    for (const [name, pinnedValue] of Object.entries(pinned)) {
      const { values, rest: others } = takeHeader(given, name)
      response.setHeader(name, mergeHeader(name, pinnedValue, values || toText(response.getHeader(name))))
      given = others
    }
    return writeHead(status, ...rest.filter((argument) => typeof argument === 'string'), given)
  }
}
