import { resolve } from 'node:path'

import { CliError, type Command, type Terminal } from '@routekey/command-line'

import { type AuditedHandler, auditDirectory } from '../audit/audit-directory.ts'
import { findDeadProxies } from '../audit/find-dead-proxies.ts'

type Group = readonly [AuditedHandler, ...AuditedHandler[]]

/** Describes the handlers of a file with the same verdict in one line. */
function describe([first, ...others]: Group): string {
  const { verdict, excuse, route, file } = first
  const isExcused = verdict !== 'guarded' && excuse !== null
  const names = [first, ...others].map(({ name }) => name).join(' ')
  return `${(isExcused ? 'excused' : verdict).padEnd(7)}  ${names}  ${route}  (${file})${isExcused ? `: ${excuse}` : ''}`
}

function groupByVerdict(handlers: readonly AuditedHandler[]): Iterable<Group> {
  const groups = new Map<string, [AuditedHandler, ...AuditedHandler[]]>()
  for (const handler of handlers) {
    const key = JSON.stringify([handler.file, handler.verdict, handler.excuse])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [handler])
    else group.push(handler)
  }
  return groups.values()
}

/** Adds `routekey audit`. */
export function addAudit(program: Command, terminal: Terminal): void {
  program
    .command('audit')
    .summary('Lists the route handlers of an application and their guards.')
    .description(
      'Lists the route handlers of a Next.js application (route files in app/, and pages/api/) and whether withKey wraps each of them. Exits with 1 if a handler is open, if its file alone does not tell, or if a proxy.ts or middleware.ts never runs. It does not check server functions or which paths proxy.ts guards.',
    )
    .argument('[directory]', 'the directory of the application', '.')
    .option('--json', 'print a list of { name, verdict, file, route, excuse }')
    .addHelpText(
      'after',
      `
If a handler is open on purpose, say why in a comment right before its export:
  // routekey-audit: public, it only says that the server is up`,
    )
    .action((directory, { json }) => {
      const path = resolve(terminal.cwd, directory)
      const handlers = auditDirectory(path)
      if (handlers === null) {
        throw new CliError(
          `${directory} has neither app/ nor pages/api/, directly or in src/. Name another directory.`,
          2,
        )
      }
      if (json === true) terminal.print(`${JSON.stringify(handlers, null, 2)}\n`)
      else for (const group of groupByVerdict(handlers)) terminal.print(`${describe(group)}\n`)

      if (handlers.some(({ route, excuse }) => route === '*' && excuse === null)) {
        terminal.say(
          'headers() of next.config replaces the headers of guarded routes in the App Router. Keep guarded paths out of it, set Cache-Control: private, no-store in its last entry, or guard them with guardPaths too. If that is done, say so in a comment before the header.',
        )
      }
      const problems = [...findDeadProxies(path)]
      const unguarded = handlers.filter(({ verdict, excuse }) => verdict !== 'guarded' && excuse === null).length
      if (unguarded > 0) {
        problems.push(
          `${unguarded} of ${handlers.length} handlers are open or unclear. Wrap each with withKey, or say in a comment why it is public.`,
        )
      }
      if (problems.length > 0) throw new CliError(problems.join('\n'), 1)
    })
}
