import { parseAssignments } from '@routekey/command-line/env-file'

/** The text of an environment file, as Latin-1. */
export interface EnvFile {
  readonly name: string
  readonly text: string
}

/** A variable as an application gets it. */
export interface LoadedVariable {
  readonly value: string
  /** The file that sets it; null for the environment of the process. */
  readonly file: string | null
  /** The value as the file has it, before `$` is expanded; null for the environment of the process. */
  readonly written: string | null
  /** The quotes around it in the file. */
  readonly quote: string
}

type Variables = Map<string, string>
type Mode = 'development' | 'production'

/** The environment files that Next.js reads in a mode. The first one that sets a variable wins. */
export const envFileNames = (mode: Mode) => [`.env.${mode}.local`, '.env.local', `.env.${mode}`, '.env']

// A variable that refers to itself expands without end. Next.js ignores the whole file then.
const maximumExpansions = 1000

/** Replaces the last `$NAME`, `${NAME}` or `${NAME:-default}` until none is left, as Next.js does; null if that has no end. */
function expand(value: string, env: Variables, written: Variables): string | null {
  let text = value
  for (let count = 0; count < maximumExpansions; count += 1) {
    const last = [...text.matchAll(/(?<!\\)\$/g)].at(-1)?.index
    const found = last === undefined ? null : /(?<!\\)\$\{?(\w+)(?::-([^}\\]*))?\}?/.exec(text.slice(last))
    if (found === null) return text.replaceAll(String.raw`\$`, '$')
    const [reference, name = '', fallback] = found
    text = text.replace(reference, env.get(name) || fallback || written.get(name) || '')
  }
  return null
}

const decode = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8')

/**
 * Reads variables as `@next/env` does: the environment of the process wins over the files, the first file over the next ones, and
 * `$` is expanded in each value, also in one of the process that a file sets too.
 */
export function loadEnv(
  files: readonly EnvFile[],
  processEnv: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, LoadedVariable> {
  const env: Variables = new Map()
  const loaded = new Map<string, LoadedVariable>()
  for (const [name, value] of Object.entries(processEnv)) {
    if (value === undefined) continue
    env.set(name, value)
    loaded.set(name, { value, file: null, written: null, quote: '' })
  }
  for (const { name: file, text } of files) {
    const assignments = parseAssignments(text.replaceAll(/\r\n?/g, '\n'))
    const written: Variables = new Map()
    for (const { name, quote, value } of assignments) {
      const raw = decode(`${quote}${value}${quote}`)
      const bare = raw.replaceAll(/^(['"`])([\s\S]*)\1$/gm, '$2')
      written.set(
        name,
        raw.startsWith('"') ? bare.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\r`, '\r') : bare,
      )
    }
    const literal = new Map(written)
    let isEndless = false
    for (const [name, own] of literal) {
      const value = expand(env.get(name) ?? own, env, written)
      isEndless ||= value === null
      written.set(name, value ?? '')
    }
    if (isEndless) continue
    for (const [name, value] of written) {
      env.set(name, value)
      const known = loaded.get(name)
      if (known?.file === null) loaded.set(name, { ...known, value })
      const quote = assignments.findLast((assignment) => assignment.name === name)?.quote ?? ''
      if (known === undefined) loaded.set(name, { value, file, written: literal.get(name) ?? '', quote })
    }
  }
  return loaded
}
