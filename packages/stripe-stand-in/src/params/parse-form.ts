import { invalidParam } from '../stripe-error-reply.ts'

/** Parameters as they were sent: strings, nested by their brackets. */
export interface ParamTree {
  [name: string]: string | ParamTree
}

const namePattern = /^([^[\]]+)((?:\[[^[\]]*\])*)$/
const segmentPattern = /\[([^[\]]*)\]/g

/** Stripe's parameters are not nested deeper. The limit keeps a hostile body from building a deep tree. */
const maxDepth = 8

/**
 * Parses a form or a query string with Stripe's bracket notation: `address[city]=Rome`, `expand[0]=a`, `expand[]=a`.
 *
 * A list becomes a tree with numbers as names. The schema turns it into a list.
 *
 * @throws StripeErrorReply 400 when the brackets of a name do not match
 */
export function parseForm(text: string): ParamTree {
  const root = newTree()
  for (const [name, value] of new URLSearchParams(text)) {
    const match = namePattern.exec(name)
    if (match === null) throw malformedName(name)
    const segments = [
      match[1] ?? '',
      ...Array.from((match[2] ?? '').matchAll(segmentPattern), ([, segment]) => segment ?? ''),
    ]
    if (segments.length > maxDepth || segments.includes('__proto__')) throw malformedName(name)
    insert(root, segments, value)
  }
  return root
}

function insert(root: ParamTree, segments: readonly string[], value: string): void {
  let tree = root
  for (const [depth, segment] of segments.entries()) {
    const next = segments[depth + 1]
    const name = segment === '' ? listIndex(tree, next) : segment
    if (next === undefined) {
      tree[name] = value
      return
    }
    const child = tree[name]
    tree = typeof child === 'object' ? child : (tree[name] = newTree())
  }
}

/** Each `a[]` starts a new element, but `a[][x]&a[][y]` are two members of one element. */
function listIndex(tree: ParamTree, next: string | undefined): string {
  const length = Object.keys(tree).length
  const last = tree[length - 1]
  return String(next !== undefined && typeof last === 'object' && last[next] === undefined ? length - 1 : length)
}

// Without a prototype, a name that a client chooses cannot reach `Object.prototype`.
function newTree(): ParamTree {
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- an object without members is a tree
  const tree: ParamTree = Object.create(null)
  return tree
}

function malformedName(name: string) {
  if (name.startsWith('metadata[')) {
    return invalidParam('metadata', 'Metadata keys cannot contain square brackets ([ and ]).')
  }
  return invalidParam(name, `Invalid parameter name: ${name}`)
}
