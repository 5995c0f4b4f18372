import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { CliError, collect, type Command, parsePath, type Terminal } from '@routekey/command-line'

import { checkRoutes } from '../probe/check-routes.ts'
import { describeReports, summarize } from '../probe/describe-report.ts'
import { checkHeaderNames, checkHosts, parseAudit, parseTarget } from '../probe/parse-targets.ts'
import { readKey } from './read-key.ts'

// A text: what it lacks to be an object is found before anything is created.
const defaultBody = '"routekey check"'

function readText(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8')
  } catch (error) {
    throw new CliError(`${path} cannot be read. Name another file.`, 2, { cause: error })
  }
}

/** Adds `check`. */
export function addCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .summary('Checks from outside whether routes that run are closed.')
    .description(
      'Checks from outside whether routes that run are closed: sends what an attacker would, at most 20 requests a route, and compares the responses with those to a random key. Exits with 1 unless every route is closed. It follows no redirect, and never prints a key.',
    )
    .argument('<targets...>', 'addresses, each with or without its method: "POST http://…"')
    .option('--routes <file>', 'check the routes of the output of audit --json, under one address', parsePath)
    .option('--key-env <name>', 'the variable, here or in .env.local, that holds the right key')
    .option('--header <name>', 'another header that may carry the key; repeatable', collect)
    .option('--query <name>', 'another query parameter that may carry it; repeatable', collect)
    .option('--body <file>', 'the body of requests that have one, instead of an invalid one', parsePath)
    .option('--allow-host <host>', 'a host beyond this machine that may be attacked; repeatable', collect)
    .option('--json', 'print a list of { method, url, verdict, reason, weaknesses, requests }')
    .addHelpText(
      'after',
      `
With the right key, it can tell more: whether the key changes the response, may
be sent in the query, and gets a response that caches keep. It is sent in the
query only to this machine, or in a parameter that you name with --query.`,
    )
    .action(async (given, { routes, keyEnv, header = [], query = [], body, allowHost = [], json }) => {
      const targets = given.map(parseTarget)
      const [base] = targets
      const listed =
        routes === undefined || base === undefined ? targets : parseAudit(readText(routes, terminal.cwd), base.url)
      if (listed.length === 0) throw new CliError('There is no route to check. Name an address.', 2)
      checkHosts(listed, allowHost)
      checkHeaderNames(header)
      const reports = await checkRoutes(listed, {
        key: keyEnv === undefined ? undefined : readKey(keyEnv, terminal),
        body: body === undefined ? defaultBody : readText(body, terminal.cwd),
        names: { headers: header, query },
      })
      terminal.print(json === true ? `${JSON.stringify(reports, null, 2)}\n` : describeReports(reports))
      if (reports.some(({ verdict }) => verdict !== 'closed')) throw new CliError(summarize(reports), 1)
      terminal.say(summarize(reports))
    })
}
