import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type FaultFixture, leaseMs, longerThanLeaseSeconds, signUps } from './fault-fixture.ts'
import type { WorkerSettings } from './sweeping-worker.ts'

/** A real process that is killed when it has all responses and has written none. */
export async function killWorker({ databaseUrl, standIn, advance }: FaultFixture): Promise<Iterable<string>> {
  const worker = fork(fileURLToPath(new URL('sweeping-worker.ts', import.meta.url)), { execArgv: [] })
  const answered = new Set<string>()
  const all = new Promise<void>((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`The worker exited with ${String(code)}.`)))
    worker.on('message', (message: { answered: string }) => {
      answered.add(message.answered)
      if (answered.size === signUps) resolve()
    })
  })
  worker.send({ databaseUrl, stripePort: standIn.port, concurrency: signUps, leaseMs } satisfies WorkerSettings)
  await all
  worker.removeAllListeners('exit')
  const exited = once(worker, 'exit')
  worker.kill('SIGKILL')
  const [, signal] = await exited
  if (signal !== 'SIGKILL') throw new Error(`The worker was ended by ${String(signal)}.`)
  await advance(longerThanLeaseSeconds)
  return answered
}
