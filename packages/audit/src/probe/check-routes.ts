import { randomBytes } from 'node:crypto'

import { isLoopback } from './find-weaknesses.ts'
import { type RouteReport, judgeRoute } from './judge-route.ts'
import type { PlaceNames } from './places.ts'
import type { RouteTarget } from './probe.ts'
import { sendProbe } from './send-probe.ts'

export interface CheckOptions {
  readonly key: string | undefined
  readonly body: string
  readonly names: PlaceNames
}

const buildIdPattern =
  /\/_next\/static\/([\w-]+)\/_(?:build|ssg)Manifest\.js|\\?"buildId\\?":\\?"([\w-]+)|\\?"b\\?":\\?"([\w-]{8,})\\?"/

/** Reads the id of the build from the start page of a Next.js application. */
async function readBuildId(origin: string): Promise<string | undefined> {
  const answer = await sendProbe({ name: 'the start page', method: 'GET', url: new URL('/', origin), headers: {} })
  if ('problem' in answer) return undefined
  const [, ...ids] = buildIdPattern.exec(answer.body) ?? []
  return ids.find((id) => id !== undefined)
}

/** Checks routes one after the other, so that the application is not loaded. */
export async function checkRoutes(
  targets: readonly RouteTarget[],
  { key, body, names }: CheckOptions,
): Promise<readonly RouteReport[]> {
  const buildIds = new Map<string, string | undefined>()
  const reports: RouteReport[] = []
  for (const target of targets) {
    const { origin } = target.url
    // oxlint-disable-next-line no-await-in-loop -- see above
    if (!buildIds.has(origin)) buildIds.set(origin, await readBuildId(origin))
    // oxlint-disable-next-line no-await-in-loop -- see above
    const report = await judgeRoute(target, {
      send: sendProbe,
      key,
      body,
      names,
      // Addresses end up in logs: elsewhere only in a parameter that the caller named.
      mayUseQuery: isLoopback(target.url) || names.query.length > 0,
      buildId: buildIds.get(origin),
      random: () => randomBytes(32).toString('hex'),
      now: Date.now,
    })
    reports.push(report)
  }
  return reports
}
