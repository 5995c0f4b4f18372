import { CliError } from '@routekey/command-line'

import { type Data, parseData, readMember } from '../parse/read-data.ts'
import { isLoopback } from './find-weaknesses.ts'
import type { RouteTarget } from './probe.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Parses an address, with or without a method before it, as in `POST http://127.0.0.1:3000/api/x`.
 *
 * @throws `CliError`
 */
export function parseTarget(text: string): RouteTarget {
  const [first = '', ...rest] = text.trim().split(/\s+/)
  const method = rest.length === 0 ? undefined : first.toUpperCase()
  const address = rest.length === 0 ? first : rest.join(' ')
  if (method !== undefined && !methods.includes(method)) {
    throw new CliError(`${first} is not a method. Use one of ${methods.join(', ')}.`, 2)
  }
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new CliError('An address must start with http:// or https://.', 2)
  }
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') {
    throw new CliError('An address must not hold a user or a password. Pass the key with --key-env.', 2)
  }
  url.hash = ''
  return { url, method }
}

/**
 * Parses the output of `npx @routekey/audit --json` into the routes of an application that runs at an address. A dynamic part of a path
 * becomes the text `routekey-check`.
 *
 * @throws `CliError`
 */
export function parseAudit(text: string, origin: URL): readonly RouteTarget[] {
  const list = readMember(parseData(text), 'handlers')
  if (!Array.isArray(list)) {
    throw new CliError('The file lists no routes. Write it with: npx @routekey/audit --json', 2)
  }
  return list.flatMap((each: Data) => parseHandler(each, origin))
}

function parseHandler(handler: Data, origin: URL): readonly RouteTarget[] {
  const route = readMember(handler, 'route')
  const name = readMember(handler, 'name')
  // Server functions have no address of their own.
  if (typeof route !== 'string' || readMember(handler, 'kind') === 'server-function') return []
  const path = route.replaceAll(/\[\[?(?:\.\.\.)?[^\]]+\]?\]/g, 'routekey-check')
  // A handler of the Pages Router serves all methods.
  return [{ url: new URL(path, origin), method: methods.find((method) => method === name) }]
}

/**
 * Checks the names of headers.
 *
 * @throws `CliError`
 */
export function checkHeaderNames(names: readonly string[]): void {
  for (const name of names) {
    // RFC 9110, section 5.6.2.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new CliError(`'${name}' is not the name of a header.`, 2)
  }
}

/**
 * Refuses hosts that nobody allowed.
 *
 * @throws `CliError`
 */
export function checkHosts(targets: readonly RouteTarget[], allowed: readonly string[]): void {
  for (const { url } of targets) {
    if (!isLoopback(url) && !allowed.includes(url.hostname) && !allowed.includes(url.host)) {
      throw new CliError(`${url.host} is not this machine. If you may attack it, add --allow-host ${url.hostname}`, 2)
    }
  }
}
