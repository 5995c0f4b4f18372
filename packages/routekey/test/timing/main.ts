// npm run test:timing: checks that the time of a comparison does not depend on how much of a secret is right. Uses the built library.
// welch.ts describes the sampling.
import { randomBytes } from 'node:crypto'

import { envSecret } from 'routekey'

import { constantTimeEqual as nodeEqual } from '../../dist/crypto/node.js'
import { constantTimeEqual as portableEqual } from '../../dist/crypto/portable.js'
import { type TimingCase, measureT } from './welch.ts'

const limit = 5
const attempts = 3
const secret = randomBytes(32).toString('hex')
const bytes = Buffer.from(secret)
const other = (character: string) => (character === '0' ? '1' : '0')
const spoilFirst = (text: string) => other(text.charAt(0)) + text.slice(1)
const spoilLast = (text: string) => text.slice(0, -1) + other(text.slice(-1))
const copy = (text: string) => Buffer.from(text).toString()

const comparing = (name: string, equal: (left: Uint8Array, right: Uint8Array) => boolean): TimingCase => ({
  name,
  prepare: (kind) => {
    const presented = Uint8Array.from(Buffer.from(kind === 'left' ? secret : spoilFirst(secret)))
    return () => equal(presented, bytes)
  },
})

const verifying = (name: string, left: (text: string) => string, right: (text: string) => string): TimingCase => {
  const verifier = envSecret('S', { env: { S: secret } })
  const request = new Request('http://localhost/')
  return {
    name,
    prepare: (kind) => {
      const key = copy((kind === 'left' ? left : right)(secret))
      return () => verifier.verify({ request, credential: { kind: 'key', key, source: 'x-api-key' } })
    },
  }
}

/** A comparison that leaks. The test must detect it, or its other results would prove nothing. */
function earlyExit(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false
  return true
}

/** Repeats a measurement that finds a difference: a difference in the code appears each time, a disturbance does not. */
function measureUpTo(count: number, timing: TimingCase): number[] {
  const found: number[] = []
  while (found.length < count && found.every((t) => t >= limit)) found.push(Math.abs(measureT(timing)))
  return found
}

const cases = [
  comparing('constantTimeEqual (node:crypto): equal against first byte different', nodeEqual),
  comparing('constantTimeEqual (portable): equal against first byte different', portableEqual),
  verifying('envSecret: equal against first byte different', copy, spoilFirst),
  verifying('envSecret: first byte different against last byte different', spoilFirst, spoilLast),
]

let failures = 0
for (const timing of cases) {
  const found = measureUpTo(attempts, timing)
  const isEven = found.some((t) => t < limit)
  if (!isEven) failures += 1
  const figures = found.map((t) => t.toFixed(2)).join(', then ')
  process.stdout.write(`${isEven ? 'ok  ' : 'FAIL'} |t| = ${figures} < ${limit}  ${timing.name}\n`)
}
const control = Math.abs(measureT(comparing('control', earlyExit)))
if (control < limit) failures += 1
process.stdout.write(
  `${control < limit ? 'FAIL' : 'ok  '} |t| = ${control.toFixed(2)} ≥ ${limit}  a comparison that stops at the first difference, as the control\n`,
)
process.exitCode = failures === 0 ? 0 : 1
