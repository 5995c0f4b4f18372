const name = String.raw`[A-Za-z_$][\w$]*`
const brackets: Readonly<Record<string, number>> = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 }
const isStatementStart =
  /^\s*(?:$|(?:export|import|const|let|var|function|async\s+function|class|type|interface|if|for|return)\b)/

/** What a file declares at any depth, as far as its text tells. */
export interface Declarations {
  /** Where the value of each `const` starts. */
  readonly values: ReadonlyMap<string, number>
  /** Names of functions, which nothing wraps. */
  readonly functions: ReadonlySet<string>
}

/** The first index from `start`, outside of brackets that open there, at which something ends, or at which they close. */
export function endOf(code: string, start: number, isEnd: (index: number) => boolean): number {
  let depth = 0
  for (let index = start; index < code.length; index += 1) {
    if (depth === 0 && isEnd(index)) return index
    depth += brackets[code[index] ?? ''] ?? 0
    if (depth < 0) return index
  }
  return code.length
}

/** Reads what stands behind `const`, however many it declares; a destructured name has no value of its own. */
export function readDeclarations(code: string, start: number): readonly [name: string, valueStart: number | null][] {
  const pattern = /^\s*(?:\{([^}]*)\}|\[([^\]]*)\])/.exec(code.slice(start))
  if (pattern !== null) {
    const items = (pattern[1] ?? pattern[2] ?? '').split(',')
    return items.map((item) => [item.split('=')[0]?.split(':').at(-1)?.trim() ?? '', null])
  }
  const declared = new RegExp(String.raw`^\s*(${name})`).exec(code.slice(start))?.[1]
  if (declared === undefined) return []
  // Not the arrow in a type, as in `GET: (request: Request) => Response = …`.
  const equals = endOf(code, start, (index) => /^(?:=(?![=>])|;|,)/.test(code.slice(index, index + 2)))
  if (code[equals] !== '=') return [[declared, null]]
  const end = endOf(code, equals + 1, (index) => {
    if (code[index] === '\n') return isStatementStart.test(code.slice(index + 1, index + 100))
    return code[index] === ',' || code[index] === ';'
  })
  return [[declared, equals + 1], ...(code[end] === ',' ? readDeclarations(code, end + 1) : [])]
}

/** Finds the constants and functions of a file. */
export function findDeclarations(code: string): Declarations {
  const values = new Map<string, number>()
  for (const { 0: whole, index } of code.matchAll(/\bconst\b/g)) {
    for (const [declared, start] of readDeclarations(code, index + whole.length)) {
      if (start !== null) values.set(declared, start)
    }
  }
  const functions = code.matchAll(new RegExp(String.raw`\bfunction\b\s*\*?\s*(${name})`, 'g'))
  return { values, functions: new Set([...functions].map(([, declared = '']) => declared)) }
}
