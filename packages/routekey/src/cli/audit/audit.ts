import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

import type { Command } from '../command.ts'
import { Refusal } from '../cli-error.ts'
import { type AuditedHandler, auditDirectory } from './audit-directory.ts'

/** One line for the handlers of a file that are judged alike. */
function describe([first, ...others]: readonly [AuditedHandler, ...AuditedHandler[]]): string {
  const { verdict, excuse, route, file } = first
  const isExcused = verdict !== 'guarded' && excuse !== null
  const names = [first, ...others].map(({ name }) => name).join(' ')
  return `${(isExcused ? 'excused' : verdict).padEnd(7)}  ${names}  ${route}  (${file})${isExcused ? `: ${excuse}` : ''}`
}

function groupAlike(handlers: readonly AuditedHandler[]): Iterable<readonly [AuditedHandler, ...AuditedHandler[]]> {
  const groups = new Map<string, [AuditedHandler, ...AuditedHandler[]]>()
  for (const handler of handlers) {
    const key = JSON.stringify([handler.file, handler.verdict, handler.excuse])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [handler])
    else group.push(handler)
  }
  return groups.values()
}

/** `routekey audit`. */
export const audit: Command = {
  help: `Usage: routekey audit [DIRECTORY] [--json]

Lists the route handlers of a Next.js application (route files below app/, and pages/api/)
and whether withKey wraps each. Exits with 1 when one is open or when the file does not
tell. It reads the text of each file by itself, and neither server functions nor proxy.ts.

  --json  print a list of { name, verdict, file, route, excuse } instead of lines

A handler that is open on purpose says why, in a comment right before its export:
  // routekey-audit: public, it only says that the server is up
`,
  run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    })
    const [directory = '.', ...others] = positionals
    if (others.length > 0) throw new Refusal('audit takes one DIRECTORY', 2)
    const handlers = auditDirectory(resolve(terminal.cwd, directory))
    if (handlers === null) throw new Refusal(`${directory} has neither app/ nor pages/api/, here or below src/`)
    if (values.json === true) terminal.print(`${JSON.stringify(handlers, null, 2)}\n`)
    else for (const group of groupAlike(handlers)) terminal.print(`${describe(group)}\n`)

    const unguarded = handlers.filter(({ verdict, excuse }) => verdict !== 'guarded' && excuse === null)
    if (unguarded.length > 0) {
      throw new Refusal(`${unguarded.length} of ${handlers.length} handlers are open or unclear`)
    }
  },
}
