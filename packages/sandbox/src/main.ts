// The entry of npm run sandbox: the embedded stack alone, until Ctrl-C.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CliError, createProgram, createTerminal, runProgram } from '@routekey/command-line'
import { describeSandbox } from './describe-sandbox.ts'
import { SandboxError } from './errors.ts'
import { readSandboxEnvironment, startConfiguredSandbox } from './start-configured-sandbox.ts'

const terminal = createTerminal(process)
const envFile =
  terminal.env['SANDBOX_ENV_FILE'] ?? fileURLToPath(new URL('../../../apps/web/.env.local', import.meta.url))

async function start(): Promise<void> {
  const log = (line: string) => terminal.print(`${line}\n`)
  const environment = await readSandboxEnvironment(terminal.env, envFile)
  const { sandbox } = await startConfiguredSandbox(environment, { envFile, log })
  const stop = async (): Promise<void> => {
    await sandbox.stop()
    process.exit(0)
  }
  // `disconnect`: the parent process has ended.
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, () => void stop())
  // Nobody reads the output any more.
  if (terminal.closed.aborted) return stop()
  terminal.closed.addEventListener('abort', () => void stop())
  log(`${describeSandbox(sandbox)}\nKeys      ${relative(terminal.cwd, envFile)}`)
}

const program = createProgram(
  {
    command: 'npm run sandbox --',
    description: 'Runs Supabase, Stripe and GitHub on this machine, without the application, until Ctrl-C.',
  },
  terminal,
)
  .usage('[options]')
  .helpCommand(false)
  .addHelpText(
    'after',
    `
Environment variables:
  SANDBOX_SUPABASE_PORT, SANDBOX_STRIPE_PORT, SANDBOX_GITHUB_PORT
  SANDBOX_DIR   where the data is stored (default: .sandbox)
  DATABASE_URL  a Postgres server to use instead of the embedded one

A service that apps/web/.env.local or the environment configures is not started.`,
  )
  .action(start)

const explain = (error: unknown) =>
  error instanceof SandboxError ? new CliError(error.message, 2, { cause: error }) : null
const exitCode = await runProgram(program, process.argv.slice(2), terminal, { name: 'sandbox', explain })
// Parts that have started would keep the process alive.
if (exitCode !== 0) process.exit(exitCode)
