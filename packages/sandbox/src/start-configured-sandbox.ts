import { applicationEnvironment, envFileChanges } from './environment/application-environment.ts'
import { readEnvFile, writeEnvFile } from './environment/env-file.ts'
import { resolveSandboxEnvironment, type SandboxEnvironment } from './environment/resolve-environment.ts'
import type { Variables } from './environment/variables.ts'
import type { Sandbox } from './sandbox-options.ts'
import { startSandbox } from './start-sandbox.ts'

/** A running sandbox, and the environment of the application that uses it. */
export interface ConfiguredSandbox {
  readonly sandbox: Sandbox
  /** An empty variable counts as not set. */
  readonly applicationEnv: Record<string, string>
}

/**
 * Reads from the environment and the application's `.env.local` what to start.
 *
 * @throws `ERR_SANDBOX_ENVIRONMENT` when a variable is missing, malformed or belongs to another service
 */
export async function readSandboxEnvironment(processEnv: Variables, envFile: string): Promise<SandboxEnvironment> {
  return resolveSandboxEnvironment({ processEnv, fileValues: await readEnvFile(envFile) })
}

/**
 * Starts the sandbox for local development, with seed data and Stripe's webhook, and writes its keys and addresses to the
 * application's `.env.local`. Values of your own in that file stay.
 *
 * @throws `ERR_SANDBOX_ENV_FILE` when the file cannot be changed; the sandbox is then stopped. It also throws the errors of
 *   `startSandbox`.
 */
export async function startConfiguredSandbox(
  environment: SandboxEnvironment,
  { envFile, log }: { envFile: string; log: (line: string) => void },
): Promise<ConfiguredSandbox> {
  const sandbox = await startSandbox({ ...environment.options, stripeWebhook: true, seed: true, log })
  try {
    await writeEnvFile(envFile, envFileChanges(environment, sandbox))
  } catch (error) {
    await sandbox.stop()
    throw error
  }
  return { sandbox, applicationEnv: applicationEnvironment(environment, sandbox) }
}
