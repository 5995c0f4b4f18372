// `npm run sandbox`: the embedded stack alone, until Ctrl-C.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import {
  envFileChanges,
  readEnvFile,
  resolveSandboxEnvironment,
  SandboxError,
  startSandbox,
  writeEnvFile,
} from './index.ts'

const envFile =
  process.env['SANDBOX_ENV_FILE'] ?? fileURLToPath(new URL('../../../apps/web/.env.local', import.meta.url))

async function main(): Promise<void> {
  const environment = resolveSandboxEnvironment({ processEnv: process.env, fileValues: await readEnvFile(envFile) })
  const sandbox = await startSandbox({
    ...environment.options,
    stripeWebhook: true,
    seed: true,
    log: (line) => console.log(line),
  })
  // `disconnect`: the process that started this one is gone.
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, () => void stop())
  async function stop(): Promise<void> {
    await sandbox.stop()
    process.exit(0)
  }

  await writeEnvFile(envFile, envFileChanges(environment, sandbox))
  const parts = { Supabase: sandbox.supabase, Stripe: sandbox.stripe, GitHub: sandbox.github }
  for (const [name, part] of Object.entries(parts)) {
    console.log(`${name.padEnd(8)} ${part === null ? 'not started: another one is configured' : part.url}`)
  }
  console.log(`Keys     ${relative(process.cwd(), envFile)}`)
}

main().catch((error: unknown) => {
  console.error(error instanceof SandboxError ? error.message : error)
  process.exit(1)
})
