// npm run lighthouse: measures every page of the built application, and fails if a score is below 95.
import { parseArgs } from 'node:util'
import { buildApplication } from '@routekey/tools/build-if-stale'
import { createSession } from '@routekey/web/test/support/create-session.ts'
import { seedKeys } from '@routekey/web/test/support/seed-keys.ts'
import { startStack } from '@routekey/web/test/support/stack.ts'
import { categories, type FormFactor, installLighthouse, type Measurement, measurePage } from './measure-page.ts'

const minimum = 95
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' } },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs must be a whole number of at least 1.')

installLighthouse()
await buildApplication({ log: console.log })
// Without sweeps, which would work beside the page.
const stack = await startStack({ sweepIntervalMs: 3_600_000 })
let isBelow = false
try {
  const session = await createSession(stack)
  const cookie = [...session.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const { busy } = await seedKeys(stack, session.id)
  const pages = [
    { name: '/', cookie: '' },
    { name: '/login', cookie: '' },
    { name: '/account', cookie },
    { name: '/keys', cookie },
    { name: '/keys/[id]', path: `/keys/${busy}`, cookie },
    { name: '/try', cookie },
  ].filter(({ name }) => positionals.length === 0 || positionals.includes(name))

  console.log(`The median of ${runs} runs: ${categories.join(', ')}`)
  for (const { name, path = name, cookie: pageCookie } of pages)
    for (const formFactor of ['mobile', 'desktop'] as const) await measure(name, path, formFactor, pageCookie)
} finally {
  await stack.stop()
}
if (isBelow) console.log(`At least one score is below ${minimum}.`)
process.exit(isBelow ? 1 : 0)

async function measure(name: string, path: string, formFactor: FormFactor, cookie: string): Promise<void> {
  const measurements: Measurement[] = []
  for (let run = 0; run < runs; run++)
    measurements.push(await measureWithRetry(stack.webUrl + path, { formFactor, cookie }))
  const medians = categories.map((category) => median(measurements.map(({ scores }) => scores[category])))
  console.log(
    `${name.padEnd(12)} ${formFactor.padEnd(8)} ${medians.map((score) => String(score).padStart(3)).join('  ')}` +
      `   (machine: ${measurements.map(({ benchmarkIndex }) => Math.round(benchmarkIndex)).join(', ')})`,
  )
  if (medians.every((score) => score >= minimum)) return
  isBelow = true
  for (const finding of new Set(measurements.flatMap(({ findings }) => findings))) console.log(`    ${finding}`)
}

/** On a busy machine Chromium sometimes records nothing. The page did not cause that, so measure it again. */
async function measureWithRetry(...page: Parameters<typeof measurePage>): Promise<Measurement> {
  try {
    return await measurePage(...page)
  } catch (error) {
    console.error(`${String(error)} Trying again.`)
    return measurePage(...page)
  }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
