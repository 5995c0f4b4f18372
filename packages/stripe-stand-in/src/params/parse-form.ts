import { invalidParam } from '../stripe-failure.ts'

/** Parameters as sent: strings, nested by their brackets. */
export interface ParamTree {
  [name: string]: string | ParamTree
}

const namePattern = /^([^[\]]+)((?:\[[^[\]]*\])*)$/
const segmentPattern = /\[([^[\]]*)\]/g

/** No parameter of Stripe's is nested deeper; the bound keeps a hostile body from building a tower. */
const maxDepth = 8

/**
 * Parses a form or a query string with Stripe's bracket notation: `address[city]=Rome`, `expand[0]=a`, `expand[]=a`.
 *
 * Lists come out as trees with numbers for names; reading them as lists is the schema's part.
 *
 * @throws StripeFailure 400 when a name's brackets do not match
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

/** `a[]` opens a new element, except that `a[][x]&a[][y]` are two members of one. */
function listIndex(tree: ParamTree, next: string | undefined): string {
  const length = Object.keys(tree).length
  const last = tree[length - 1]
  return String(next !== undefined && typeof last === 'object' && last[next] === undefined ? length - 1 : length)
}

// Without a prototype no name that a client chooses can reach `Object.prototype`.
function newTree(): ParamTree {
  const tree: ParamTree = Object.create(null)
  return tree
}

function malformedName(name: string) {
  if (name.startsWith('metadata[')) {
    return invalidParam('metadata', 'Metadata keys cannot contain square brackets ([ and ]).')
  }
  return invalidParam(name, `Invalid parameter name: ${name}`)
}
