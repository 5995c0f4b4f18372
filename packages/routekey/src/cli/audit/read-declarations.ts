const name = String.raw`[A-Za-z_$][\w$]*`
const brackets: Readonly<Record<string, number>> = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 }
const isStatementStart =
  /^\s*(?:$|(?:export|import|const|let|var|function|async\s+function|class|type|interface|if|for|return)\b)/

/** The declarations of a file, at any depth. */
export interface Declarations {
  /** The offset at which the value of each `const` starts. */
  readonly values: ReadonlyMap<string, number>
  /** The names of functions. Nothing wraps these. */
  readonly functions: ReadonlySet<string>
}

/** Finds the first index from `start`, not inside brackets, for which `isEnd` is true, or at which an enclosing bracket closes. */
export function endOf(code: string, start: number, isEnd: (index: number) => boolean): number {
  let depth = 0
  for (let index = start; index < code.length; index += 1) {
    if (depth === 0 && isEnd(index)) return index
    depth += brackets[code[index] ?? ''] ?? 0
    if (depth < 0) return index
  }
  return code.length
}

/** Reads the names that one `const` declares. A destructured name has no value of its own. */
export function readDeclarations(code: string, start: number): readonly [name: string, valueStart: number | null][] {
  const pattern = /^\s*(?:\{([^}]*)\}|\[([^\]]*)\])/.exec(code.slice(start))
  if (pattern !== null) {
    const items = (pattern[1] ?? pattern[2] ?? '').split(',')
    return items.map((item) => [item.split('=')[0]?.split(':').at(-1)?.trim() ?? '', null])
  }
  const declared = new RegExp(String.raw`^\s*(${name})`).exec(code.slice(start))?.[1]
  if (declared === undefined) return []
  // Skips the arrow in a type, as in `GET: (request: Request) => Response = …`.
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
