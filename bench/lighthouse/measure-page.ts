import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { findChromium } from '@routekey/tools/find-chromium'

/** The categories that are measured, in the order of the table. */
export const categories = ['performance', 'accessibility', 'best-practices'] as const

/** The device that is emulated: a slow phone or a desktop. */
export type FormFactor = 'mobile' | 'desktop'

/** One run of Lighthouse. */
export interface Measurement {
  /** 0 to 100. */
  readonly scores: Record<(typeof categories)[number], number>
  /** The audits that cost points. */
  readonly findings: string[]
  /** How fast the machine was. The emulation of a phone makes it four times slower, and assumes about 1,500. */
  readonly benchmarkIndex: number
}

const directory = import.meta.dirname
const lighthouse = join(directory, 'node_modules/lighthouse/cli/index.js')

const reportSchema = z.object({
  environment: z.object({ benchmarkIndex: z.number() }),
  runtimeError: z.object({ code: z.string(), message: z.string() }).optional(),
  categories: z.record(
    z.string(),
    z.object({ score: z.number(), auditRefs: z.array(z.object({ id: z.string(), weight: z.number() })) }),
  ),
  audits: z.record(
    z.string(),
    z.object({ title: z.string(), score: z.number().nullable(), displayValue: z.string().optional() }),
  ),
})

/** Installs Lighthouse beside this file from its own lockfile, unless it is installed. */
export function installLighthouse(): void {
  if (existsSync(lighthouse)) return
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--workspaces=false', '--no-audit', '--no-fund'], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('Lighthouse could not be installed. The message of npm is above.')
}

/**
 * Runs Lighthouse once, with a new Chromium.
 *
 * @param options.cookie the `cookie` header of a session; empty for a visitor who is not signed in
 * @throws Error if Lighthouse cannot load the page
 */
export async function measurePage(
  url: string,
  options: { formFactor: FormFactor; cookie: string },
): Promise<Measurement> {
  const args = [
    url,
    '--quiet',
    '--output=json',
    '--chrome-flags=--headless=new --no-sandbox --disable-gpu',
    `--only-categories=${categories.join(',')}`,
    ...(options.formFactor === 'desktop' ? ['--preset=desktop'] : []),
    ...(options.cookie === '' ? [] : [`--extra-headers=${JSON.stringify({ cookie: options.cookie })}`]),
  ]
  const child = spawn(process.execPath, [lighthouse, ...args], {
    env: { ...process.env, CHROME_PATH: findChromium() ?? undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`Lighthouse ended with exit code ${code} on ${url}.`)
  return summarise(url, reportSchema.parse(JSON.parse(output)))
}

function summarise(url: string, report: z.output<typeof reportSchema>): Measurement {
  if (report.runtimeError !== undefined) throw new Error(`${report.runtimeError.message} (${url})`)
  const score = (name: string) => Math.round((report.categories[name]?.score ?? 0) * 100)
  const findings = Object.values(report.categories).flatMap(({ auditRefs }) =>
    auditRefs.flatMap(({ id, weight }) => {
      const audit = report.audits[id]
      if (audit === undefined || weight === 0 || audit.score === null || audit.score >= 0.9) return []
      return `${audit.title}${audit.displayValue === undefined ? '' : `: ${audit.displayValue}`}`
    }),
  )
  return {
    scores: {
      performance: score('performance'),
      accessibility: score('accessibility'),
      'best-practices': score('best-practices'),
    },
    findings,
    benchmarkIndex: report.environment.benchmarkIndex,
  }
}
